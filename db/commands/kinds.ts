import { z } from 'zod';
import { switchAccess } from '../devices/access.ts';

/**
 * The whole state of one switch port, never a difference.
 * `native` is the VLAN of untagged frames, or null for none; `tagged` never contains it, is sorted and has no repeats.
 * `enabled` false means administratively shut.
 */
export const portState = z.strictObject({
  native: z.int().min(1).max(4094).nullable(),
  tagged: z.array(z.int().min(1).max(4094)).max(4094),
  enabled: z.boolean(),
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

/**
 * Every kind of command: its parameters, and the version of its payload. Running any of them again after a crash is harmless.
 * An agent refuses a kind or a version that is not in this table.
 */
export const commandKinds = {
  'port.set': { version: 1, parameters: portSet },
  /** Logs in, asks for the version and reads ports. Changes nothing. */
  'switch.check': { version: 1, parameters: switchCheck },
} as const;

export type CommandKind = keyof typeof commandKinds;
export type CommandParameters<K extends CommandKind> = z.output<(typeof commandKinds)[K]['parameters']>;

/** Whether a text names a kind of command that this version of HaaS knows. */
export function isCommandKind(kind: string): kind is CommandKind {
  return Object.hasOwn(commandKinds, kind);
}
