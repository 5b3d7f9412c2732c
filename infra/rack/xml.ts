import { XMLParser, XMLValidator } from 'fast-xml-parser';

/** An element of an XML document: its name without prefix, the elements in it, and its text. Attributes do not matter to switches. */
export interface XmlElement {
  readonly name: string;
  readonly children: readonly XmlElement[];
  readonly text: string;
}

const TEXT = '#text';

const parser = new XMLParser({
  preserveOrder: true,
  removeNSPrefix: true,
  parseTagValue: false,
  trimValues: false,
  textNodeName: TEXT,
  // Besides `&lt;` a line end may be written as a number, which otherwise stays as it is.
  htmlEntities: true,
});

/** Reads a document of one element; null if it is not well-formed. */
export function parseXml(document: string): XmlElement | null {
  if (XMLValidator.validate(document) !== true) return null;
  const [root, ...more] = elements(parser.parse(document)).filter(({ name }) => !name.startsWith('?'));
  return root === undefined || more.length > 0 ? null : root;
}

/** The nodes of a list as the parser has them: objects with one key, the name, and perhaps another for the attributes. */
function elements(nodes: unknown): XmlElement[] {
  if (!Array.isArray(nodes)) return [];
  return nodes.flatMap((node: unknown) =>
    isObject(node)
      ? Object.entries(node)
          .filter(([name]) => name !== TEXT && name !== ':@')
          .map(([name, inside]) => ({ name, children: elements(inside), text: textOf(inside) }))
      : [],
  );
}

function textOf(nodes: unknown): string {
  if (!Array.isArray(nodes)) return '';
  return nodes.map((node: unknown) => (isObject(node) && TEXT in node ? String(node[TEXT]) : '')).join('');
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** Text as it stands inside an element. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>]/g, (character) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[character] ?? character);
}
