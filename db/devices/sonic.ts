import { z } from 'zod';
import type { SwitchFamily } from './family.ts';
import { portOfTransport, sorted, sshFields, sshSettings, wholeLogin } from './registration.ts';

/** The settings of a SONiC switch that are no secret; the driver parses a signed command's settings with the same schema. */
export const sonicSettings = z.strictObject(sshSettings);

const registration = z
  .strictObject(sshFields)
  .superRefine(wholeLogin)
  .transform((fields) => sorted(fields, portOfTransport.ssh));

/** Physical ports only: the number is that of the first lane, and no alias. */
const portName = /^(?:e|eth|ethernet) ?(\d{1,4})$/i;

/** SONiC, driven by the commands of its own shell (`config`, `show`). */
export const sonic: SwitchFamily = {
  type: 'sonic',
  extension: 'haas.ext.switches.sonic',
  registration,
  settings: sonicSettings,
  canonicalPort(label) {
    const number = portName.exec(label)?.[1];
    return number === undefined ? null : `Ethernet${Number(number)}`;
  },
  portNames: 'Ethernet0 (names, not aliases such as etp1)',
  // `config vlan add` takes 2 to 4094 and calls VLAN 1 the default VLAN.
  reservedVlans: () => [1],
  capabilities: ['nativeless-trunk-mode'],
};
