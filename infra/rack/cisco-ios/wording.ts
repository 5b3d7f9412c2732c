import type { Refusal, Wording } from '../command-grammar.ts';
import { refusalAtCaret } from '../console.ts';
import { LAST_VLAN } from '../vlan-list.ts';

/** How IOS words its refusals. The second is printed without a caret, and the third quotes the line. */
export const WORDING: Wording = {
  invalid: "% Invalid input detected at '^' marker.",
  incomplete: '% Incomplete command.',
  ambiguous: '% Ambiguous command: ',
};

/** What IOS prints for a line it does not take. */
export function refusalText(shell: { readonly prompt: string }, refusal: Refusal, line: string): string {
  const { message } = refusal;
  if (message === WORDING.invalid) return `${refusalAtCaret(shell, refusal)}\n`;
  if (message === WORDING.incomplete) return `${message}\n\n`;
  if (message === WORDING.ambiguous) return `${message} "${line.trim()}"\n`;
  return `${message}\n`;
}

/** Why a word is no list of VLANs. IOS counts characters from one and folds the sentence itself. */
export function badVlanList(word: string): string {
  const strange = word.search(/[^\d,-]/);
  if (strange >= 0) {
    return `Command rejected: Bad VLAN list - character #${strange + 1} ('${word[strange]}') is a non-numeric\ncharacter.`;
  }
  const ranges = [...word.matchAll(/(\d+)-(\d+)/g)];
  const outside = [...word.matchAll(/\d+/g)].find(([id]) => Number(id) < 1 || Number(id) > LAST_VLAN);
  const falling = ranges.find(([, first, last]) => Number(last) <= Number(first));
  if (outside === undefined && falling !== undefined) {
    const end = falling.index + falling[0].length + 1;
    return `Command rejected: Bad VLAN list - character #${end} (EOL) delimits ending Vlan id\n(${falling[2]}) of vlan-range, which is not larger than the starting Vlan id(${falling[1]}).`;
  }
  const end = outside === undefined ? 1 : outside.index + outside[0].length + 1;
  const delimiter = word[end - 1];
  const shown = delimiter === undefined ? 'EOL' : `'${delimiter}'`;
  return `Command rejected: Bad VLAN list - character #${end} (${shown}) delimits a VLAN\nnumber which is out of the range 1..${LAST_VLAN}.`;
}

/** Why a port whose trunk encapsulation is left to negotiation cannot be a trunk: switches that also know ISL demand dot1q first. */
export const ENCAPSULATION_AUTO =
  'Command rejected: An interface whose trunk encapsulation is "Auto" can not be configured to "trunk" mode.\n';

/** Why negotiation cannot be turned off where the mode is negotiated. */
export const NONEGOTIATE_CONFLICT = "Command rejected: Conflict between 'nonegotiate' and 'dynamic' status.\n";
