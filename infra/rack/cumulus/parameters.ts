import type { Parameter, Wording } from '../command-grammar.ts';
import { parseVlanList } from '../vlan-list.ts';

/** What `nv` says of a line that is no command of it. */
export const WORDING: Wording = {
  invalid: 'Error: Invalid Command.',
  incomplete: 'Error: Incomplete Command.',
  ambiguous: 'Error: Ambiguous Command.',
};

/** What a `set` or `unset` may be given. */
export interface Arguments {
  interfaces: readonly string[];
  vlan: number;
  vlans: readonly number[] | 'all';
  untagged: number | 'none';
  text: string;
}

/** What stands in for arguments that a command does not have. */
export const NOTHING: Arguments = { interfaces: [], vlan: 0, vlans: [], untagged: 'none', text: '' };

/** One interface, or several as `swp1-3,5` or `swp1,swp3`. */
export const interfaces: Parameter<Arguments> = (rest) => {
  const word = wordOf(rest);
  const names = expandInterfaces(word);
  return names === null ? wrong(word, 'interface-id') : { length: word.length, set: { interfaces: names } };
};

/** One VLAN. */
export const vlan: Parameter<Arguments> = (rest) => {
  const word = wordOf(rest);
  const [id, ...more] = parseVlanList(word) ?? [];
  return id === undefined || more.length > 0 ? wrong(word, 'vlan') : { length: word.length, set: { vlan: id } };
};

/** A list of VLANs as `10,20-22`. */
export const vlans: Parameter<Arguments> = (rest) => {
  const word = wordOf(rest);
  const list = parseVlanList(word);
  return list === null ? wrong(word, 'vlan') : { length: word.length, set: { vlans: list } };
};

/** A list of VLANs, or `all`. */
export const vlansOrAll: Parameter<Arguments> = (rest) =>
  wordOf(rest) === 'all' ? { length: 3, set: { vlans: 'all' } } : vlans(rest);

/** One VLAN, or `none`. */
export const vlanOrNone: Parameter<Arguments> = (rest) => {
  if (wordOf(rest) === 'none') return { length: 4, set: { untagged: 'none' } };
  const taken = vlan(rest);
  return typeof taken === 'object' && 'set' in taken ? { ...taken, set: { untagged: taken.set.vlan ?? 'none' } } : taken;
};

/** The rest of the line. */
export const text: Parameter<Arguments> = (rest) => ({ length: rest.length, set: { text: rest } });

/** The names that a word stands for, or null. */
function expandInterfaces(word: string): string[] | null {
  const names: string[] = [];
  for (const part of word.split(',')) {
    const [, prefix = 'swp', from, to = from] = /^(swp)?(\d{1,3})(?:-(\d{1,3}))?$/.exec(part) ?? [];
    if (from === undefined || (names.length === 0 && !part.startsWith('swp'))) return null;
    for (let number = Number(from); number <= Number(to); number += 1) names.push(`${prefix}${number}`);
  }
  return names;
}

function wordOf(rest: string): string {
  return /^\S+/.exec(rest)?.[0] ?? '';
}

function wrong(word: string, parameter: string) {
  return { at: 0, message: `Error: Invalid parameter: '${word}' is not a ${parameter}` };
}
