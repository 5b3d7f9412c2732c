import { z } from 'zod';
import { switchAccess } from '../devices/access.ts';
import { headnodeIdentity, headnodeNic, headnodeSize, templateName } from '../devices/headnode.ts';
import { bmcAccess, bootDevice } from '../devices/obm.ts';

const vlan = z
  .int()
  .min(1)
  .max(4094)
  .meta({ description: 'Number of a VLAN', examples: [101] });

/**
 * The whole state of one switch port, never a difference.
 * `native` is the VLAN of untagged frames, or null for none; `tagged` never contains it, is sorted and has no repeats.
 * `enabled` false means administratively shut.
 */
export const portState = z.strictObject({
  native: vlan.nullable().meta({ description: 'VLAN of untagged frames; null: they are dropped', examples: [100] }),
  tagged: z.array(vlan).max(4094).meta({ description: 'VLANs of tagged frames, sorted' }),
  enabled: z.boolean().meta({ description: 'Whether the port is up; false: it is shut', examples: [true] }),
});
export type PortState = z.output<typeof portState>;

/** Whether two port states are the same, whatever the order of their tagged VLANs. */
export function samePortState(a: PortState, b: PortState): boolean {
  const tagged = new Set(a.tagged);
  return (
    a.native === b.native &&
    a.enabled === b.enabled &&
    tagged.size === b.tagged.length &&
    b.tagged.every((vlan) => tagged.has(vlan))
  );
}

const portSet = z.strictObject({
  switch: switchAccess,
  port: z.string().min(1).max(64),
  want: portState,
  before: portState,
});

/** The most ports that one command reads: what a switch says of them must fit into one result. */
export const MOST_PORTS = 512;

const switchCheck = z.strictObject({
  switch: switchAccess,
  /** Canonical names. */
  ports: z.array(z.string().min(1).max(64)).max(MOST_PORTS),
});

const powerSet = z.strictObject({
  bmc: bmcAccess,
  /** `on` and `off` at once. `cycle`: `force`, or by asking the operating system to shut down; a machine that is off is turned on. */
  action: z.enum(['on', 'off', 'cycle']),
  /** Of a cycle: without asking the operating system. */
  force: z.boolean(),
  /** Seconds in which the operating system must have shut down; after that the machine did not react. */
  limit: z.int().min(1).max(600),
  /** Of a cycle: the next boot is from the network, and this is believed before the power is touched. */
  pxe: z.boolean(),
});

/** Sealed seeds of headnodes are at most this long, in characters. */
const LONGEST_SEED = 262_144;

/** The most network interfaces of a headnode. */
export const MOST_NICS = 64;

/** A running headnode, whole: what is not there is cloned first. Its networks are those of the first start for ever. */
const headnodeStart = z.strictObject({
  headnode: headnodeIdentity,
  template: templateName,
  size: headnodeSize,
  /** The disk is copied whole, instead of written beside the template's. */
  full_copy: z.boolean(),
  nics: z.array(headnodeNic).max(MOST_NICS),
  /** `headnodeSeed`, sealed for the device `headnode/<label>` with its UUID as the hostname, and port 0; null: there is none. */
  seed: z.string().min(1).max(LONGEST_SEED).nullable(),
});

const headnodeOnly = z.strictObject({ headnode: headnodeIdentity });

/** The console of a node, on its BMC, or of a headnode. */
const consoleOpen = z.union([
  z.strictObject({ bmc: bmcAccess, console: z.int().positive() }),
  z.strictObject({ headnode: headnodeIdentity, console: z.int().positive() }),
]);

/** The most bytes that one command types. */
export const MOST_TYPED = 4096;

/** What the `sealed` keystrokes of a console open to: bytes in base64. What is typed may be a password. */
export const keystrokes = z.strictObject({ data: z.base64().max((MOST_TYPED / 3) * 4 + 4) });

/** Keystrokes are sealed for the device of the console, with the console's number as the hostname, and port 0. */
const consoleInput = z.strictObject({ console: z.int().positive(), sealed: z.string().min(1) });

/**
 * Every kind of command: its parameters, and the version of its payload. An agent refuses a kind or a version that is not in this table.
 * Running one again after a crash is harmless, but for `power.set` with a cycle, `console.input` and `console.break`: those become unknown.
 */
export const commandKinds = {
  'port.set': { version: 1, parameters: portSet },
  /** Logs in, asks for the version and reads ports. Changes nothing. */
  'switch.check': { version: 1, parameters: switchCheck },
  'power.set': { version: 1, parameters: powerSet },
  'power.read': { version: 1, parameters: z.strictObject({ bmc: bmcAccess }) },
  'boot-device.set': { version: 1, parameters: z.strictObject({ bmc: bmcAccess, boot: bootDevice }) },
  /** Logs in and asks the BMC what it is. Changes nothing. */
  'bmc.check': { version: 1, parameters: z.strictObject({ bmc: bmcAccess }) },
  /** Holds a serial console from now on, for the console of this number, and for no other that was open before. */
  'console.open': { version: 1, parameters: consoleOpen },
  /** Lets go of the serial console, whichever is open. */
  'console.close': { version: 1, parameters: z.strictObject({ console: z.int().positive() }) },
  'console.input': { version: 1, parameters: consoleInput },
  'console.break': { version: 1, parameters: z.strictObject({ console: z.int().positive() }) },
  'headnode.start': { version: 1, parameters: headnodeStart },
  /** Takes its power, at once. */
  'headnode.stop': { version: 1, parameters: headnodeOnly },
  'headnode.read': { version: 1, parameters: headnodeOnly },
  /** Ends it and removes it, with its disks and interfaces. */
  'headnode.delete': { version: 1, parameters: headnodeOnly },
} as const;

export type CommandKind = keyof typeof commandKinds;
export type CommandParameters<K extends CommandKind> = z.output<(typeof commandKinds)[K]['parameters']>;

/** Whether a text names a kind of command that this version of HaaS knows. */
export function isCommandKind(kind: string): kind is CommandKind {
  return Object.hasOwn(commandKinds, kind);
}
