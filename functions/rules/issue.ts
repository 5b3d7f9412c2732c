import { randomUUID } from 'node:crypto';
import { eq, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Tx } from '../../db/client.ts';
import { type CommandKind, type CommandParameters, commandKinds } from '../../db/commands/kinds.ts';
import { agents, devices } from '../../db/schema.ts';
import { tooMany } from '../http/places.ts';
import type { Services } from '../services.ts';

/**
 * Signs a command for a device and puts it in the queue, in the transaction of the change that it belongs to. Answers the command's id.
 * Takes the lock on the device's row, so that the order of commits is the order of seqs: lock everything else before. Throws Problem where
 * the device has too much to do already.
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
    .set({ lastSeq: sql`greatest(${devices.lastSeq} + 1, ${now})` })
    .from(agents)
    .where(sql`${devices.id} = ${deviceId} and ${agents.id} = ${devices.agentId}`)
    .returning({ id: devices.id, label: devices.label, seq: devices.lastSeq, agentId: agents.id, agent: agents.label });
  if (!device) throw new Error(`there is no device ${deviceId}`);
  const command = await signed(services, device, kind, parameters);
  await enqueue(tx, services, [command]);
  return command.id;
}

/** As `issue`, for a device whose row is made when it is first needed: `bmc/<node>`, `console/<node>`. It is the agent's from now on. */
export async function issueTo<K extends CommandKind>(
  tx: Tx,
  services: Services,
  label: string,
  agentId: number,
  kind: K,
  parameters: CommandParameters<K>,
): Promise<string> {
  const [id] = await issueAll(tx, services, [{ label, agentId, kind, parameters }]);
  if (id === undefined) throw new Error(`nothing was issued to ${label}`);
  return id;
}

/** A command for a device that is the agent's from now on. */
export interface DeviceOrder<K extends CommandKind> {
  readonly label: string;
  readonly agentId: number;
  readonly kind: K;
  readonly parameters: CommandParameters<K>;
}

/**
 * As `issueTo`, to any number of devices, each once. Answers the commands' ids in the order of the orders.
 * The devices' rows are locked in the order of their labels, so that two such requests never wait for each other.
 */
export async function issueAll<K extends CommandKind>(
  tx: Tx,
  services: Services,
  orders: readonly DeviceOrder<K>[],
): Promise<string[]> {
  // As one JSON text, so that it is one statement, and always the same, however many there are.
  const wanted = JSON.stringify(orders.map(({ label, agentId }) => ({ label, agent_id: agentId })));
  const rows = await tx.execute(sql`
    with device as (
      insert into devices (label, agent_id, last_seq)
        select w.label, w.agent_id, ${now} from json_to_recordset(${wanted}::json) as w (label text, agent_id bigint)
          order by w.label collate "C"
        on conflict (label) do update
          set agent_id = excluded.agent_id, last_seq = greatest(devices.last_seq + 1, excluded.last_seq)
        returning id, label, last_seq, agent_id)
    select d.id, d.label, d.last_seq as seq, a.id as "agentId", a.label as agent from device d join agents a on a.id = d.agent_id`);
  const found = new Map(
    z
      .array(issuedDevice)
      .parse([...rows])
      .map((device) => [device.label, device]),
  );
  const all = await Promise.all(
    orders.map(({ label, kind, parameters }) => {
      const device = found.get(label);
      if (!device) throw new Error(`device ${label} could not be made`);
      return signed(services, device, kind, parameters);
    }),
  );
  await enqueue(tx, services, all);
  return all.map(({ id }) => id);
}

/** What is ordered one at a time or once, and so is never one too many: a node can be released, whatever its users ordered. */
const unlimited = new Set<CommandKind>(['port.set', 'console.close', 'headnode.read', 'headnode.delete']);

/**
 * What only asks, and is counted apart from what changes something: who has a node next may find such commands of whoever had it before,
 * since only the others keep it from being released.
 */
const asking = new Set<CommandKind>(['power.read', 'bmc.check', 'switch.check', 'headnode.read']);

/** Signed commands of devices whose rows are locked. */
type Signed = Awaited<ReturnType<typeof signed>>;

/** Puts commands into the queues of their devices. Throws Problem where a device has too many that have not ended. */
async function enqueue(tx: Tx, services: Services, all: readonly Signed[]): Promise<void> {
  const most = services.settings.limits.pendingPerDevice;
  // The locks are held since an earlier statement: this one sees whatever others have put there before.
  const insert = async (some: readonly Signed[]) => {
    const rows = some.map((command) => ({
      ...command,
      isLimited: !unlimited.has(command.kind),
      isAsking: asking.has(command.kind),
    }));
    const inserted = await tx.execute(sql`
      insert into commands (id, agent_id, device_id, seq, kind, signed, not_after)
        select c.id, c."agentId", c."deviceId", c.seq, c.kind, c.signed, c."notAfter"
          from json_to_recordset(${JSON.stringify(rows)}::json)
            as c (id uuid, "agentId" bigint, "deviceId" bigint, seq bigint, kind text, signed text, "notAfter" timestamptz, "isLimited" bool,
              "isAsking" bool)
          where not c."isLimited" or ${most} >
            (select count(*) from commands p where p.device_id = c."deviceId" and p.status in ('queued', 'running') and p.kind <> 'port.set'
              and (p.kind in ${[...asking]}) = c."isAsking")
        returning id`);
    const ids = new Set(inserted.map(({ id }) => id));
    return some.filter(({ id }) => !ids.has(id));
  };
  const refused = await insert(all);
  // What nobody will do any more stands in nobody's way.
  for (const { deviceId } of refused) await expireCommands(tx, deviceId);
  const [first] = refused.length > 0 ? await insert(refused) : [];
  if (first) {
    throw tooMany(
      'too_many_pending',
      `${first.device} has ${most} commands that have not ended, the most there may be: try again when its agent has finished some of them`,
    );
  }
  services.issued?.push(...all.map(({ id }) => id));
}

/** By the clock, so that a restored or rebuilt database never issues a seq that the agent's journal has seen. */
const now = sql`(extract(epoch from clock_timestamp()) * 1000)::bigint`;

const issuedDevice = z.object({
  id: z.coerce.number(),
  label: z.string(),
  seq: z.coerce.number(),
  agentId: z.coerce.number(),
  agent: z.string(),
});

/** The row of a new command. */
async function signed<K extends CommandKind>(
  services: Services,
  device: z.output<typeof issuedDevice>,
  kind: K,
  parameters: CommandParameters<K>,
) {
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
  return {
    id,
    agentId: device.agentId,
    deviceId: device.id,
    device: device.label,
    seq: device.seq,
    kind,
    signed,
    notAfter: notAfter.toISOString(),
  };
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

/** As `forgetDevice`, for a device that may have no row yet. */
export async function forgetDeviceOf(tx: Tx, label: string): Promise<void> {
  await tx.update(devices).set(unknown).where(eq(devices.label, label));
}
