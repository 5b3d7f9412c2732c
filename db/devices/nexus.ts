import { z } from 'zod';
import { type SwitchFamily, vlanRange } from './family.ts';
import { consoleFields, consoleSettings, dummyVlan, portOfTransport, sorted, vlanField, wholeLogin } from './registration.ts';

/** The settings of a Nexus that are no secret; the driver parses a signed command's settings with the same schema. */
export const nexusSettings = z.strictObject({ ...consoleSettings, dummy_vlan: z.int().min(2).max(4094).meta(dummyVlan) });

const registration = z
  .strictObject({ ...consoleFields, dummy_vlan: vlanField })
  .superRefine(wholeLogin)
  .transform((fields) => sorted(fields, portOfTransport[fields.transport]));

const portName = /^(?:e|eth|ethernet) ?(\d{1,3})\/(?:(\d{1,2})\/)?(\d{1,3})$/i;

/** Cisco Nexus, NX-OS. `dummy_vlan` is a VLAN that does not exist on the switch and stands where no native VLAN is wanted. */
export const nexus: SwitchFamily = {
  type: 'nexus',
  extension: 'hil.ext.switches.nexus',
  registration,
  settings: nexusSettings,
  canonicalPort(label) {
    const match = portName.exec(label);
    if (!match) return null;
    const numbers = [match[1], match[2], match[3]].filter((part) => part !== undefined).map(Number);
    return numbers.every((number) => number > 0) ? `Ethernet${numbers.join('/')}` : null;
  },
  portNames: 'Ethernet1/3, or Ethernet101/1/3 on a fabric extender',
  // 3968-4047 and 4094 are taken on the 5000 series, 3968-4094 from NX-OS 5.2 on; VLAN 1 cannot be removed.
  reservedVlans: (settings) => [1, ...vlanRange(3968, 4094), nexusSettings.parse(settings).dummy_vlan],
  capabilities: ['nativeless-trunk-mode'],
};
