import type { Parameter, Wording } from '../command-grammar.ts';
import { LAST_VLAN, parseVlanList } from '../vlan-list.ts';
import { isReserved } from './configuration.ts';

/** How NX-OS words its refusals. Not the "Invalid input detected" of IOS. */
export const WORDING: Wording = {
  invalid: "% Invalid command at '^' marker.",
  incomplete: "% Incomplete command at '^' marker.",
  ambiguous: "% Ambiguous command at '^' marker.",
};

// These have no percent sign on the real switch either.
const INVALID_INTERFACE = "Invalid interface format at '^' marker.";
const INVALID_RANGE = "Invalid range at '^' marker.";
const RESERVED_VLAN = "invalid vlan (reserved values) at '^' marker.";

/** What the parameters of a line were. */
export interface Arguments {
  /** Canonical names, in the order named. */
  readonly interfaces: readonly string[];
  readonly vlans: readonly number[];
  readonly text: string;
  readonly number: number;
}

/** An interface or a range of them: `ethernet 1/3`, `e1/3`, `eth101/1/3`, `e1/1-4,e1/7`. Only `ports` are there. */
export function interfacesOf(ports: readonly string[]): Parameter<Arguments> {
  return (rest) => {
    const [whole = '', type = '', blank = '', numbers = ''] = /^([a-z-]+)(\s*)(\S*)/i.exec(rest) ?? [];
    if (type === '' || !'ethernet'.startsWith(type.toLowerCase())) return { at: 0, message: INVALID_INTERFACE };
    if (numbers === '') return 'incomplete';
    const at = type.length + blank.length;
    const interfaces: string[] = [];
    for (const part of numbers.split(',')) {
      const [, path, first, last = first] = /^(?:e[a-z]*)?(\d{1,3}\/(?:\d{1,2}\/)?)(\d{1,3})(?:-(\d{1,3}))?$/i.exec(part) ?? [];
      if (path === undefined) return { at, message: INVALID_INTERFACE };
      for (let port = Number(first); port <= Number(last); port += 1) interfaces.push(`Ethernet${path}${port}`);
      if (Number(last) < Number(first)) return { at, message: INVALID_RANGE };
    }
    if (interfaces.some((name) => !ports.includes(name))) return { at, message: INVALID_RANGE };
    return { length: whole.length, set: { interfaces, text: numbers } };
  };
}

/** VLANs to be created, deleted or named. */
export const vlanList: Parameter<Arguments> = (rest) => takeVlans(rest, true);

/** One VLAN to put a port into. */
export const vlan: Parameter<Arguments> = (rest) =>
  /^\d+(\s|$)/.test(rest) ? takeVlans(rest, true) : { at: 0, message: WORDING.invalid };

/** VLANs a trunk may carry; reserved ones may be named, since ranges over them are usual. */
export const trunkVlans: Parameter<Arguments> = (rest) => takeVlans(rest, false);

function takeVlans(rest: string, refuseReserved: boolean): ReturnType<Parameter<Arguments>> {
  const word = firstWord(rest);
  const vlans = parseVlanList(word);
  if (vlans === null) {
    const numbers = word.match(/\d+/g) ?? [];
    const outside = /^\d+([,-]\d+)*$/.test(word) && numbers.some((id) => Number(id) < 1 || Number(id) > LAST_VLAN);
    return { at: 0, message: outside ? INVALID_RANGE : WORDING.invalid };
  }
  if (refuseReserved && vlans.some(isReserved)) return { at: 0, message: RESERVED_VLAN };
  return { length: word.length, set: { vlans } };
}

/** A number within bounds, both included. */
export function numberBetween(lowest: number, highest: number): Parameter<Arguments> {
  return (rest) => {
    const word = firstWord(rest);
    if (!/^\d{1,6}$/.test(word)) return { at: 0, message: WORDING.invalid };
    const number = Number(word);
    return number < lowest || number > highest ? { at: 0, message: INVALID_RANGE } : { length: word.length, set: { number } };
  };
}

/** One word of at most `longest` characters. */
export function wordUpTo(longest: number): Parameter<Arguments> {
  return (rest) => takeText(firstWord(rest), longest);
}

/** The rest of the line, blanks and all, of at most `longest` characters. */
export function lineUpTo(longest: number): Parameter<Arguments> {
  return (rest) => takeText(rest, longest);
}

function takeText(text: string, longest: number): ReturnType<Parameter<Arguments>> {
  if (text.length > longest) return { at: 0, message: `% String exceeded max length of (${longest}) at '^' marker.` };
  return { length: text.length, set: { text } };
}

function firstWord(rest: string): string {
  return /^\S+/.exec(rest)?.[0] ?? '';
}
