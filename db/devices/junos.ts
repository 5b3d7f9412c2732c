import { z } from 'zod';
import type { SwitchFamily } from './family.ts';
import { portOfTransport, sorted, sshFields, sshSettings, wholeLogin } from './registration.ts';

/** The settings of a Juniper switch that are no secret; the driver parses a signed command's settings with the same schema. */
export const junosSettings = z.strictObject(sshSettings);

const registration = z
  .strictObject(sshFields)
  .superRefine(wholeLogin)
  .transform((fields) => sorted(fields, portOfTransport.ssh));

/** Speed, then member or slot, module and port, behind them perhaps a channel, and the unit that people copy from tables. */
const portName = /^(ge|mge|xe|et)-(\d{1,2})\/(\d{1,2})\/(\d{1,3})(?::(\d))?(?:\.0)?$/i;

/**
 * Juniper EX and QFX with the "enhanced layer 2 software" (ELS) style of configuration. It needs no stand-in for a native VLAN:
 * a trunk without one drops untagged frames.
 */
export const junos: SwitchFamily = {
  type: 'junos',
  extension: 'haas.ext.switches.junos',
  registration,
  settings: junosSettings,
  canonicalPort(label) {
    const [, kind, slot, module, port, channel] = portName.exec(label) ?? [];
    if (kind === undefined) return null;
    const numbers = [slot, module, port].map(Number).join('/');
    return `${kind.toLowerCase()}-${numbers}${channel === undefined ? '' : `:${channel}`}`;
  },
  portNames: 'ge-0/0/1, xe-0/0/1 or et-0/0/1, or xe-0/0/1:2 where the port is channelized',
  // VLAN 1 is the VLAN `default`, in which an Ethernet switching port without further words is.
  reservedVlans: () => [1],
  capabilities: ['nativeless-trunk-mode'],
};
