import type { Wording } from '../command-grammar.ts';
import { LAST_VLAN } from '../vlan-list.ts';

/** How the firmware (RADLAN) words its refusals of lines that are no commands. */
export const WORDING: Wording = {
  invalid: '% Unrecognized command',
  incomplete: '% Incomplete command',
  ambiguous: '% Ambiguous command',
};

/** For every parameter that is not what it should be; port names among them. */
export const WRONG_PARAMETER = '% Wrong number of parameters or invalid range, size or characters entered';

/** For lists of VLANs. */
export const VLAN_WORDING = {
  last: LAST_VLAN,
  malformed: WRONG_PARAMETER,
  notNumber: WRONG_PARAMETER,
  outside: WRONG_PARAMETER,
};

/** For a VLAN that does not exist. No percent sign on the real switch either. */
export const NOT_CREATED = 'VLAN was not created by user.\n';

/** For a change while another session is changing things. */
export const LOCKED = 'Configuration Database locked by another application - try later\n';
