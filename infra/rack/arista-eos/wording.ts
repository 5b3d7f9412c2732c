import type { Wording } from '../command-grammar.ts';

/** How EOS words its refusals. It shows no caret. */
export const WORDING: Wording = {
  invalid: '% Invalid input',
  incomplete: '% Incomplete command',
  ambiguous: '% Ambiguous command',
};

/** The refusal of a command that only `enable` lets one give. */
export const UNPRIVILEGED = '% Unavailable command (privileged mode required)';

/** Why a word is no list of VLANs. EOS takes VLAN 0 for the beginning of something longer. */
export function badVlanList(word: string): string {
  return word === '0' ? WORDING.incomplete : WORDING.invalid;
}
