import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { z } from 'zod';

/** An element of a document: names without their namespace prefixes, because devices choose those as they like. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** The text directly in the element, not that of its children. */
  readonly text: string;
  readonly children: readonly XmlElement[];
}

const parser = new XMLParser({
  preserveOrder: true,
  removeNSPrefix: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  ignoreDeclaration: true,
  ignorePiTags: true,
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  htmlEntities: true,
});

/** What the parser makes of a document: nodes with one key, the name of the element, and perhaps `:@` for its attributes. */
const nodes = z.array(z.record(z.string(), z.unknown()));
const attributes = z.record(z.string(), z.string());

/** Reads a document of one element; null for anything else. Documents with entities of their own are not read. */
export function parseXml(text: string): XmlElement | null {
  if (/<!(?:DOCTYPE|ENTITY)/i.test(text) || !text.trimEnd().endsWith('>') || XMLValidator.validate(text) !== true) return null;
  const content = contentOf(nodesOf(text));
  const [root, ...more] = content?.children ?? [];
  return root === undefined || more.length > 0 || content?.text.trim() !== '' ? null : root;
}

/** What the parser makes of a document; null for one that it does not take: nested too deep, or with names of JavaScript's own. */
function nodesOf(text: string): unknown {
  try {
    return parser.parse(text);
  } catch {
    return null;
  }
}

function contentOf(parsed: unknown): Pick<XmlElement, 'text' | 'children'> | null {
  const list = nodes.safeParse(parsed);
  if (!list.success) return null;
  let text = '';
  const children: XmlElement[] = [];
  for (const { ':@': own = {}, '#text': words, ...rest } of list.data) {
    if (words !== undefined) {
      text += String(words);
      continue;
    }
    const [[name, inside] = ['', undefined], ...more] = Object.entries(rest);
    const content = contentOf(inside);
    const named = attributes.safeParse(own);
    if (content === null || !named.success || more.length > 0) return null;
    children.push({ name, attributes: named.data, ...content });
  }
  return { text, children };
}

/** The children of an element that have a name. */
export function childrenNamed(element: XmlElement, name: string): XmlElement[] {
  return element.children.filter((child) => child.name === name);
}

/** Whether there is no text in an element nor anywhere below it: a mere container of nothing. */
export function isHollow(element: XmlElement): boolean {
  return element.text.trim() === '' && element.children.every(isHollow);
}

/** Writes an element. Throws TypeError for a text that XML would have to escape: none that is meant for a device has such characters. */
export function xmlElement(name: string, ...content: readonly (string | { readonly xml: string })[]): { readonly xml: string } {
  const inside = content.map((part) => {
    if (typeof part !== 'string') return part.xml;
    if (!/^[\w ,:./\r\n-]*$/.test(part)) throw new TypeError(`${JSON.stringify(part)} must not reach a device`);
    return part;
  });
  return { xml: `<${name}>${inside.join('')}</${name}>` };
}
