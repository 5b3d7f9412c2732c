import type { Parameter } from '../command-grammar.ts';
import { parseVlanList } from '../vlan-list.ts';

/** What the parameters of a line were, on a switch by Dell. */
export interface Arguments {
  /** Canonical names, in the order named. */
  readonly interfaces: readonly string[];
  readonly vlans: readonly number[];
  readonly text: string;
  readonly number: number;
}

/** The arguments of a line that names none. */
export const NOTHING: Arguments = { interfaces: [], vlans: [], text: '', number: 0 };

/** Kinds of ports: the long name in lower case, by the short one as it stands in canonical names. */
export type PortTypes = Readonly<Record<string, string>>;

/** The canonical form of a port name that differs only in case; the same text for anything else. */
export function canonicalName(types: PortTypes, name: string): string {
  const [, type = '', path = ''] = /^([a-z]+)(\d.*)$/i.exec(name) ?? [];
  const known = Object.keys(types).find((short) => short.toLowerCase() === type.toLowerCase());
  return known === undefined ? name : known + path;
}

/** One port, as `gi1/0/5`, `Gi 1/0/5` or `gigabitethernet 1/0/5`. Only `ports` are there. */
export function portOf(ports: readonly string[], types: PortTypes, problem: string): Parameter<Arguments> {
  return (rest) => takePorts(rest, false, { ports, types, problem });
}

/** A range of ports: `gi1/0/1-4`, `gi1/0/1-4,te1/0/1`. */
export function portRange(ports: readonly string[], types: PortTypes, problem: string): Parameter<Arguments> {
  return (rest) => takePorts(rest, true, { ports, types, problem });
}

function takePorts(
  rest: string,
  range: boolean,
  { ports, types, problem }: { ports: readonly string[]; types: PortTypes; problem: string },
): ReturnType<Parameter<Arguments>> {
  const [whole = '', word = '', , numbers = ''] = /^([a-z]+)(\s*)(\S*)/i.exec(rest) ?? [];
  if (typeNamed(types, word) === undefined) return { at: 0, message: problem };
  if (numbers === '') return 'incomplete';
  const interfaces: string[] = [];
  let type = word;
  for (const part of numbers.split(',')) {
    const [, own = type, path, first, last = first] = /^([a-z]+)?((?:\d{1,2}\/){1,2})(\d{1,2})(?:-(\d{1,2}))?$/i.exec(part) ?? [];
    const short = typeNamed(types, own);
    if (short === undefined || path === undefined || Number(last) < Number(first)) return { at: 0, message: problem };
    type = own;
    for (let port = Number(first); port <= Number(last); port += 1) interfaces.push(`${short}${path}${port}`);
  }
  const wrong = interfaces.some((name) => !ports.includes(name)) || (!range && /[,-]/.test(numbers));
  return wrong ? { at: 0, message: problem } : { length: whole.length, set: { interfaces } };
}

/** The short name of the kind that a word names: the word is that, or at least as much of the long one. */
function typeNamed(types: PortTypes, word: string): string | undefined {
  const typed = word.toLowerCase();
  const [found] = Object.entries(types).find(([short, long]) => typed.length >= short.length && long.startsWith(typed)) ?? [];
  return found;
}

/** How a family refuses lists of VLANs. */
export interface VlanWording {
  readonly last: number;
  /** For a list that is not one, and for one VLAN that is no number. */
  readonly malformed: string;
  readonly notNumber: string;
  /** For IDs that a switch of this family does not have. */
  readonly outside: string;
}

/** A list of VLANs such as `5,10-12`. */
export function vlanList(wording: VlanWording): Parameter<Arguments> {
  return (rest) => takeVlans(rest, wording);
}

/** One VLAN. */
export function vlan(wording: VlanWording): Parameter<Arguments> {
  return (rest) => (/^\d+(\s|$)/.test(rest) ? takeVlans(rest, wording) : { at: 0, message: wording.notNumber });
}

function takeVlans(rest: string, { last, malformed, outside }: VlanWording): ReturnType<Parameter<Arguments>> {
  const word = firstWord(rest);
  const numbers = (word.match(/\d+/g) ?? []).map(Number);
  if (/^[\d,-]+$/.test(word) && numbers.some((id) => id < 1 || id > last)) return { at: 0, message: outside };
  const vlans = parseVlanList(word);
  return vlans === null ? { at: 0, message: malformed } : { length: word.length, set: { vlans } };
}

/** A number within bounds, both included. */
export function numberBetween(lowest: number, highest: number, problem: string): Parameter<Arguments> {
  return (rest) => {
    const word = firstWord(rest);
    const number = Number(word);
    const right = /^\d{1,6}$/.test(word) && number >= lowest && number <= highest;
    return right ? { length: word.length, set: { number } } : { at: 0, message: problem };
  };
}

/** One word, or several between quotation marks, of at most `longest` characters. */
export function textUpTo(longest: number, problem: string): Parameter<Arguments> {
  return (rest) => {
    const [whole = '', quoted, plain] = /^(?:"([^"]*)"|'([^']*)'|\S+)/.exec(rest) ?? [];
    const text = quoted ?? plain ?? whole;
    return text.length > longest ? { at: 0, message: problem } : { length: whole.length, set: { text } };
  };
}

function firstWord(rest: string): string {
  return /^\S+/.exec(rest)?.[0] ?? '';
}
