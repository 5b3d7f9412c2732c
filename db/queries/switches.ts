import { asc, eq } from 'drizzle-orm';
import { z } from 'zod';
import type { Connection, Tx } from '../client.ts';
import type { SwitchSettings } from '../devices/family.ts';
import { ports, switches } from '../schema.ts';
import { type Part, partOf } from './pages.ts';

/** A switch as it is stored. */
export type Switch = typeof switches.$inferSelect;

const storedSettings = z.record(z.string(), z.json());

/** The settings of a switch as they are stored. */
export function settingsOf({ settings }: Pick<Switch, 'settings'>): SwitchSettings {
  return storedSettings.parse(settings);
}

/** Finds a switch, and keeps it from being changed or deleted before the transaction ends. */
export async function findSwitch(tx: Tx, label: string): Promise<Switch | undefined> {
  const [found] = await tx.select().from(switches).where(eq(switches.label, label)).for('key share');
  return found;
}

/** A switch that was seen, as it is now. It keeps its address and its settings until the transaction ends. */
export async function keepSwitch(tx: Tx, { id, label }: Switch): Promise<Switch> {
  const [found] = await tx.select().from(switches).where(eq(switches.id, id)).for('key share');
  if (!found) throw new Error(`switch ${label} is gone`);
  return found;
}

/** Finds a switch to change or delete it: nobody may use it, nor add a port to it, until the transaction ends. */
export async function lockSwitch(tx: Tx, label: string): Promise<Switch | undefined> {
  const [found] = await tx.select().from(switches).where(eq(switches.label, label)).for('update');
  return found;
}

/** The labels of a switch's ports. */
export async function portsOf(tx: Tx, switchId: number): Promise<string[]> {
  const found = await tx.select({ label: ports.label }).from(ports).where(eq(ports.switchId, switchId)).orderBy(asc(ports.label));
  return found.map(({ label }) => label);
}

/** Reads the labels of all switches, in order. */
export async function listSwitches(connection: Connection, part: Part): Promise<string[]> {
  const rows = await connection`select label from switches where true ${partOf(connection, 'label', part)}`;
  return z
    .array(z.object({ label: z.string() }))
    .parse(rows)
    .map(({ label }) => label);
}
