import type { Wording } from '../command-grammar.ts';

/** How the command line refuses. It prints no caret; the sentences are those of the klish shell it is made with. */
export const WORDING: Wording = {
  invalid: '% Error: Unrecognized command.',
  incomplete: '% Error: The command is not completed.',
  ambiguous: '% Error: Ambiguous command.',
};

/** For a word that should be a port, a VLAN or a number and is none. */
export const ILLEGAL = '% Error: Illegal parameter.';

/** For a VLAN that is or would become both the untagged and a tagged VLAN of a port (netlab pull request 1838). */
export const ACCESS_AND_TRUNK = '% Error: Interface cannot be an access and trunk member of the same VLAN.';

/** Follows `ACCESS_AND_TRUNK` where a list of VLANs was given. */
export const ONE_OF_THE_RANGE = ' One of the vlan in the range provided is already an access vlan.';

/** The rest is worded here, as no capture of it was found. */
export const NOT_A_TRUNK = '% Error: Interface is not in trunk mode.';

/** For switching commands on a port made routed by `no switchport`. */
export const ROUTED = '% Error: Interface is not in L2 mode.';

/** For deleting VLAN 1. */
export const DEFAULT_VLAN_STAYS = '% Error: Default VLAN cannot be deleted.';

/** For a save while another is going on. */
export const SAVE_UNDER_WAY = '% Error: Another copy operation is in progress.';

/** For a VLAN that nobody has made. */
export function noSuchVlan(vlan: number): string {
  return `% Error: VLAN ${vlan} does not exist.`;
}
