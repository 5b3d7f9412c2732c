import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type ParsedNode, parseDocument } from 'yaml';
import { z } from 'zod';
import { type SiteLayout, siteLayout } from './layout.ts';
import { type Mistake, type Path, shownPath } from './place.ts';

/** Where a layout came from: what it says, and where in it something stands. */
export interface Source {
  readonly layout: SiteLayout;
  /** A place as people find it: `rack.yaml:31: nodes[3].nics[0].port`. */
  readonly placeOf: (path: Path) => string;
}

/** What was read: a layout, or why it is none, in one line for each mistake. */
export type Read = Source | { readonly mistakes: readonly string[] };

/** How the BMC of a node is reached that has both ways in its file, as HIL's had for a while. */
export type WayToBmc = 'obm' | 'obmd';

/** Fields that the predecessor called otherwise, by our name of them. */
const FORMERLY: Readonly<Record<string, string>> = { name: 'switch', password: 'pass' };

/** Reads a layout from JSON or YAML, in our form or in the predecessor's. `file` is what it is called in messages. */
export function readSource(text: string, file: string, way?: WayToBmc): Read {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, merge: true, prettyErrors: false });
  const at = (offset: number) => `${file}:${lines.linePos(offset).line}`;
  const faults = [...document.errors, ...document.warnings];
  if (faults.length > 0) return { mistakes: faults.map(({ pos, message }) => `${at(pos[0])}: ${message}`) };

  const placeOf = (path: Path) => `${at(offsetOf(document, path))}${path.length > 0 ? `: ${shownPath(path)}` : ''}`;
  // However often the login of many nodes is repeated by an alias: it is the administrator's own file.
  const parsed = siteLayout.safeParse(modern(document.toJS({ maxAliasCount: -1 }) ?? {}, way));
  if (parsed.success) return { layout: parsed.data, placeOf };
  return { mistakes: parsed.error.issues.flatMap(mistakesOf).map(({ path, message }) => `${placeOf(path)} ${message}`) };
}

function mistakesOf(issue: z.core.$ZodIssue): Mistake[] {
  const path = issue.path.map((step) => (typeof step === 'number' ? step : String(step)));
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => ({ path: [...path, key], message: 'unknown field' }));
  const message = issue.code === 'invalid_type' && issue.message.startsWith('Invalid') ? expected(issue.expected) : issue.message;
  return [{ path, message }];
}

function expected(type: string): string {
  return type === 'array' ? 'must be a list' : type === 'object' || type === 'record' ? 'must have fields' : `must be ${type}`;
}

const parts = z.looseObject({
  switches: z.array(z.unknown()).optional(),
  nodes: z.array(z.unknown()).optional(),
});
const fields = z.record(z.string(), z.unknown());

/** What was read, in our form: the predecessor's differs by a few names. What is neither stays, to be judged. */
function modern(value: unknown, way: WayToBmc | undefined): unknown {
  const { data } = parts.safeParse(value);
  if (!data) return value;
  return {
    ...data,
    ...(data.switches ? { switches: data.switches.map((each) => renamed(each, 'name')) } : {}),
    ...(data.nodes ? { nodes: data.nodes.map((each) => modernNode(each, way)) } : {}),
  };
}

function modernNode(value: unknown, way: WayToBmc | undefined): unknown {
  const { data } = fields.safeParse(value);
  if (!data) return value;
  const { obm, obmd, ...node } = data;
  const isChosen = (which: WayToBmc) => way === undefined || way === which || obm === undefined || obmd === undefined;
  return {
    ...node,
    ...(obm !== undefined && isChosen('obm') ? { obm: renamed(obm, 'password') } : {}),
    ...(obmd !== undefined && isChosen('obmd') ? { obmd } : {}),
  };
}

/** A thing with a field under its name of today. */
function renamed(value: unknown, name: string): unknown {
  const { data } = fields.safeParse(value);
  const former = FORMERLY[name] ?? name;
  if (!data || name in data || !(former in data)) return value;
  const { [former]: named, ...others } = data;
  return { [name]: named, ...others };
}

/** Where the text of something begins; where it is not there, that of what it is missing in. */
function offsetOf(document: Document.Parsed, path: Path): number {
  let node: ParsedNode | null = document.contents;
  let offset = 0;
  for (const step of path) {
    if (isAlias(node)) break;
    if (isMap(node)) {
      const named = (name: string) => {
        return isMap(node) ? node.items.find(({ key }) => isScalar(key) && String(key.value) === name) : undefined;
      };
      const pair = named(String(step)) ?? named(FORMERLY[step] ?? '');
      if (!pair) break;
      offset = pair.key.range[0];
      node = pair.value;
    } else if (isSeq(node) && typeof step === 'number') {
      node = node.items[step] ?? null;
      offset = node?.range[0] ?? offset;
    } else break;
  }
  return offset;
}
