import { z } from 'zod';
import type { SwitchFamily } from './family.ts';
import { portOfTransport, sorted, sshFields, sshSettings, wholeLogin } from './registration.ts';

/** The settings of a switch with OS10 that are no secret; the driver parses a signed command's settings with the same schema. */
export const dellOs10Settings = z.strictObject(sshSettings);

const registration = z
  .strictObject(sshFields)
  .superRefine(wholeLogin)
  .transform((fields) => sorted(fields, portOfTransport.ssh));

/** Node, slot and port, behind them perhaps the lane of a port that is broken out. */
const portName = /^(?:(?:e|eth|ethernet) ?)?(\d{1,2})\/(\d{1,2})\/(\d{1,3})(?::(\d))?$/i;

/** Dell SmartFabric OS10. It needs no stand-in for a native VLAN: a trunk can do without an access VLAN. */
export const dellOs10: SwitchFamily = {
  type: 'dell_os10',
  extension: 'haas.ext.switches.dell_os10',
  registration,
  settings: dellOs10Settings,
  canonicalPort(label) {
    const [, node, slot, port, lane] = portName.exec(label) ?? [];
    const numbers = [node, slot, port].map(Number);
    if (!numbers.every((number) => number > 0) || lane === '0') return null;
    return `ethernet${numbers.join('/')}${lane === undefined ? '' : `:${lane}`}`;
  },
  portNames: 'ethernet1/1/5, or ethernet1/1/5:2 where the port is broken out',
  // VLAN 1 holds every fresh port and cannot be removed; a pair of switches (VLT) talks to itself in 4094.
  reservedVlans: () => [1, 4094],
  capabilities: ['nativeless-trunk-mode'],
};
