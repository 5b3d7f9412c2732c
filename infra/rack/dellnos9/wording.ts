import type { Refusal, Wording } from '../command-grammar.ts';
import { refusalAtCaret } from '../console.ts';
import type { VlanWording } from '../dell/parameters.ts';
import { LAST_VLAN } from '../vlan-list.ts';

/** How the firmware (FTOS) words its refusals of lines that are no commands. */
export const WORDING: Wording = {
  invalid: '% Error: Invalid input at "^" marker.',
  incomplete: '% Error: Incomplete command.',
  ambiguous: '% Error: Ambiguous command.',
};

/** For ports and VLANs that such a switch does not have. */
export const OUT_OF_RANGE = '% Error: Value out of range at "^" marker.';

/** For VLANs. */
export const VLAN_WORDING: VlanWording = {
  last: LAST_VLAN,
  malformed: WORDING.invalid,
  notNumber: WORDING.invalid,
  outside: OUT_OF_RANGE,
};

/** What is printed for a refused line: below a caret, if it speaks of one. */
export function refusal(shell: { readonly prompt: string }, refused: Refusal): string {
  return refused.message.includes('^') ? refusalAtCaret(shell, refused) : `${refused.message}\n`;
}
