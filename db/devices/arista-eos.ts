import { z } from 'zod';
import type { SwitchFamily } from './family.ts';
import { portOfTransport, sorted, sshFields, sshSettings, wholeLogin } from './registration.ts';

/** The settings of an Arista switch that are no secret; the driver parses a signed command's settings with the same schema. */
export const aristaEosSettings = z.strictObject(sshSettings);

const registration = z
  .strictObject(sshFields)
  .superRefine(wholeLogin)
  .transform((fields) => sorted(fields, portOfTransport.ssh));

const portName = /^(?:e|et|eth|ethernet) ?(\d{1,3}(?:\/\d{1,3}){0,2})$/i;

/** Arista EOS. It needs no stand-in for a native VLAN: a trunk can be told to take tagged frames only. */
export const aristaEos: SwitchFamily = {
  type: 'arista_eos',
  extension: 'haas.ext.switches.arista_eos',
  registration,
  settings: aristaEosSettings,
  canonicalPort(label) {
    const numbers = portName.exec(label)?.[1]?.split('/').map(Number);
    return numbers?.every((number) => number > 0) ? `Ethernet${numbers.join('/')}` : null;
  },
  portNames: 'Ethernet1, Ethernet49/1 or, in a chassis, Ethernet3/1/1',
  // VLAN 1 cannot be removed. What EOS takes for routed ports (from 1006 up unless told otherwise) differs per switch.
  reservedVlans: () => [1],
  capabilities: ['nativeless-trunk-mode'],
};
