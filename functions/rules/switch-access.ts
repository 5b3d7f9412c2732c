import { type SwitchAccess, switchAccess } from '../../db/devices/access.ts';
import type { Switch } from '../../db/queries/switches.ts';

/** How to reach a switch, as it goes into a signed command. What is queued keeps it, whatever becomes of the switch meanwhile. */
export function accessOf({ label, type, hostname, port, settings, sealed }: Switch): SwitchAccess {
  return switchAccess.parse({ label, type, hostname, port, settings, sealed });
}
