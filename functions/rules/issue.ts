import { randomUUID } from 'node:crypto';
import { eq, sql } from 'drizzle-orm';
import type { Tx } from '../../db/client.ts';
import { type CommandKind, type CommandParameters, commandKinds } from '../../db/commands/kinds.ts';
import { agents, commands, devices } from '../../db/schema.ts';
import type { Services } from '../services.ts';

/**
 * Signs a command for a device and puts it in the queue, in the transaction of the change that it belongs to. Answers the command's id.
 * Takes the lock on the device's row, so that the order of commits is the order of seqs: lock everything else before.
 */
export async function issue<K extends CommandKind>(
  tx: Tx,
  services: Services,
  deviceId: number,
  kind: K,
  parameters: CommandParameters<K>,
): Promise<string> {
  const [device] = await tx
    .update(devices)
    // By the clock, so that a restored or rebuilt database never issues a seq that the agent's journal has seen.
    .set({ lastSeq: sql`greatest(${devices.lastSeq} + 1, (extract(epoch from clock_timestamp()) * 1000)::bigint)` })
    .from(agents)
    .where(sql`${devices.id} = ${deviceId} and ${agents.id} = ${devices.agentId}`)
    .returning({ label: devices.label, seq: devices.lastSeq, agentId: agents.id, agent: agents.label });
  if (!device) throw new Error(`there is no device ${deviceId}`);

  const id = randomUUID();
  const { signed, notAfter } = await services.signer.sign({
    id,
    agent: device.agent,
    device: device.label,
    seq: device.seq,
    kind,
    version: commandKinds[kind].version,
    parameters,
    lifetime: services.settings.commandLifetime,
  });
  await tx
    .insert(commands)
    .values({ id, agentId: device.agentId, deviceId, seq: device.seq, kind, signed, notAfter: notAfter.toISOString() });
  return id;
}

/** Ends the commands of a device that nobody took in time, so that they stand in nobody's way. */
export async function expireCommands(tx: Tx, deviceId: number): Promise<void> {
  await tx.execute(sql`select expire_commands(${deviceId})`);
}

/** A device that nobody has met yet. */
const unknown = { version: null, lastContactAt: null, movedSeq: sql`${devices.lastSeq}` };

/** The device's row is made once and kept for ever; what answers to the label now belongs to `agentId`, and nobody has met it yet. */
export async function ensureDevice(tx: Tx, label: string, agentId: number): Promise<number> {
  const [device] = await tx
    .insert(devices)
    .values({ label, agentId })
    .onConflictDoUpdate({ target: devices.label, set: { agentId, ...unknown } })
    .returning({ id: devices.id });
  if (!device) throw new Error(`device ${label} could not be made`);
  return device.id;
}

/**
 * What was known of a device is forgotten, since another may answer at its new address; what was ordered so far proves nothing about it.
 * Takes the lock on the device's row, and nobody may be about to `issue` for the old address: hold the switch.
 */
export async function forgetDevice(tx: Tx, deviceId: number): Promise<void> {
  await tx.update(devices).set(unknown).where(eq(devices.id, deviceId));
}
