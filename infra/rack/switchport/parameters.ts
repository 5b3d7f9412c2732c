import type { Parameter } from '../command-grammar.ts';
import { parseVlanList } from '../vlan-list.ts';

/** What the parameters of a line were. */
export interface Arguments {
  /** Canonical names, in the order named. */
  readonly interfaces: readonly string[];
  readonly vlans: readonly number[];
  readonly text: string;
  readonly number: number;
}

/** The arguments of a line that names none. */
export const NOTHING: Arguments = { interfaces: [], vlans: [], text: '', number: 0 };

/** A list of VLANs such as `5,10-12`, without blanks. `problem` words the refusal of a word that is none. */
export function vlanList(problem: (word: string) => string): Parameter<Arguments> {
  return (rest) => {
    const word = firstWord(rest);
    const vlans = parseVlanList(word);
    return vlans === null ? { at: 0, message: problem(word) } : { length: word.length, set: { vlans, text: word } };
  };
}

/** One VLAN to put a port into. */
export function oneVlan(invalid: string): Parameter<Arguments> {
  return (rest) => {
    const word = firstWord(rest);
    const vlans = /^\d+$/.test(word) ? parseVlanList(word) : null;
    return vlans === null ? { at: 0, message: invalid } : { length: word.length, set: { vlans } };
  };
}

/** A number within bounds, both included. */
export function numberBetween(lowest: number, highest: number, invalid: string): Parameter<Arguments> {
  return (rest) => {
    const word = firstWord(rest);
    const number = Number(word);
    const fits = /^\d{1,6}$/.test(word) && number >= lowest && number <= highest;
    return fits ? { length: word.length, set: { number } } : { at: 0, message: invalid };
  };
}

/** One word of at most `longest` characters. */
export function wordUpTo(longest: number, invalid: string): Parameter<Arguments> {
  return (rest) => takeText(firstWord(rest), longest, invalid);
}

/** The rest of the line, blanks and all, of at most `longest` characters. */
export function lineUpTo(longest: number, invalid: string): Parameter<Arguments> {
  return (rest) => takeText(rest, longest, invalid);
}

/** The rest of a line that takes something back: neither IOS nor EOS looks further than the words in front of it. */
export function restOfLine(rest: string): { readonly length: number; readonly set: object } {
  return { length: rest.length, set: {} };
}

function takeText(text: string, longest: number, invalid: string): ReturnType<Parameter<Arguments>> {
  return text.length > longest ? { at: longest, message: invalid } : { length: text.length, set: { text } };
}

function firstWord(rest: string): string {
  return /^\S+/.exec(rest)?.[0] ?? '';
}
