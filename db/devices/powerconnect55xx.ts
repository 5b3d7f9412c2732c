import { z } from 'zod';
import type { SwitchFamily } from './family.ts';
import { consoleFields, consoleSettings, portOfTransport, sorted, wholeLogin } from './registration.ts';

/** The settings of a PowerConnect 5500 that are no secret; the driver parses a signed command's settings with the same schema. */
export const powerconnect55xxSettings = z.strictObject(consoleSettings);

const registration = z
  .strictObject(consoleFields)
  .superRefine(wholeLogin)
  .transform((fields) => sorted(fields, portOfTransport[fields.transport]));

const portName = /^(gi|gigabitethernet|te|tengigabitethernet) ?(\d{1,3})\/(?:(\d{1,3})\/)?(\d{1,3})$/i;

/**
 * Dell PowerConnect 5524 and 5548, and other switches with the RADLAN command line. The ports of the 5500 are unit/slot/port,
 * `gi1/0/5`; slot/port, `gi0/5`, is another port, of relatives without units.
 */
export const powerconnect55xx: SwitchFamily = {
  type: 'powerconnect55xx',
  extension: 'hil.ext.switches.dell',
  registration,
  settings: powerconnect55xxSettings,
  canonicalPort(label) {
    const [, kind, ...groups] = portName.exec(label) ?? [];
    if (kind === undefined) return null;
    const numbers = groups.filter((part) => part !== undefined).map(Number);
    if (numbers.at(-1) === 0) return null;
    return `${kind.slice(0, 2).toLowerCase()}${numbers.join('/')}`;
  },
  portNames: 'gi1/0/5 or te1/0/2, or gi0/5 on a switch without units',
  // VLAN 1 cannot be removed, and holds every port that nobody has put anywhere.
  reservedVlans: () => [1],
  capabilities: ['nativeless-trunk-mode'],
};
