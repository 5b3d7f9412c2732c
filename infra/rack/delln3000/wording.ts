import type { Refusal, Wording } from '../command-grammar.ts';
import { refusalAtCaret } from '../console.ts';
import { LAST_VLAN } from './configuration.ts';

const INCOMPLETE = 'Command not found / Incomplete command. Use ? to list commands.';

/** How the firmware (FASTPATH) words its refusals of lines that are no commands. */
export const WORDING: Wording = {
  invalid: "% Invalid input detected at '^' marker.",
  incomplete: INCOMPLETE,
  ambiguous: INCOMPLETE,
};

/** For a port that is not there. */
export const INVALID_INTERFACE = 'An invalid interface has been used for this function';

/** For lists of VLANs. */
export const VLAN_WORDING = {
  last: LAST_VLAN,
  malformed: "VLAN range - separate non-consecutive IDs with ',' and no spaces.  Use '-' for range.",
  notNumber: `Invalid input. Please specify an integer in the range 1 to ${LAST_VLAN}.`,
  outside: `Value is out of range. The valid range is 1 to ${LAST_VLAN}.`,
};

const WITHOUT_CARET = [INCOMPLETE, INVALID_INTERFACE, VLAN_WORDING.malformed];

/** What is printed for a refused line: below a caret, but not for all. */
export function refusal(shell: { readonly prompt: string }, refused: Refusal): string {
  return WITHOUT_CARET.includes(refused.message) ? `\n${refused.message}\n` : refusalAtCaret(shell, refused);
}

/** For a VLAN that does not exist, asked for alone. */
export const NO_SUCH_VLAN = '\nERROR: This VLAN does not exist.\n';

/** The table for VLANs in a list that do not exist. No line of it has a percent sign. */
export function failureTable(vlans: readonly number[]): string {
  const line = '---------------------------------------';
  return [
    '',
    '          Failure Information',
    line,
    `   VLANs failed to be configured : ${vlans.length}`,
    line,
    '   VLAN             Error',
    line,
    ...vlans.map((vlan) => `VLAN      ${String(vlan).padStart(4)} ERROR: This VLAN does not exist.`),
    '',
  ].join('\n');
}
