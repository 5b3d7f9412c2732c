import { and, asc, eq, inArray, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Tx } from '../client.ts';
import { devices, headnodes, hnics, networks, vlans } from '../schema.ts';

const number = z.coerce.number();

const row = z.object({
  id: number,
  label: z.string(),
  projectId: number,
  uuid: z.string(),
  baseImage: z.string(),
  memory: z.number(),
  vcpus: z.number(),
  disk: z.number(),
  fullCopy: z.boolean(),
  seedSealed: z.string().nullable(),
  agentId: number,
  deviceId: number,
  isFrozen: z.boolean(),
  isPending: z.boolean(),
  deletion: z.string().nullable(),
});

/**
 * A headnode, and how it stands with its virtual machine. `isFrozen`: there is one, there may be one, or one is about to be made.
 * `isPending`: its agent has yet to start, stop or delete it. `deletion`: the id of an unfinished command to delete it.
 */
export type Headnode = z.output<typeof row>;

/** Finds a headnode as it is at this moment. Undefined when there is none of this name. */
export async function findHeadnode(tx: Tx, label: string): Promise<Headnode | undefined> {
  // One statement: what a command makes true is seen either as still pending or as done, and never as neither.
  const [found] = await tx.execute(sql`
    select h.id, h.label, h.project_id as "projectId", h.uuid, h.base_image as "baseImage", h.memory, h.vcpus, h.disk,
        h.full_copy as "fullCopy", h.seed_sealed as "seedSealed", h.agent_id as "agentId", d.id as "deviceId",
        h.made or u.starts > 0 as "isFrozen", u.all > 0 as "isPending", u.deletion
      from headnodes h
        join devices d on d.label = 'headnode/' || h.label
        cross join lateral (
          select count(*) as all, count(*) filter (where a.action = 'headnode_start') as starts,
              min(a.id::text) filter (where a.action = 'headnode_delete') as deletion
            from headnode_actions a join commands c on c.id = a.id
            where a.headnode_id = h.id and a.action in ('headnode_start', 'headnode_stop', 'headnode_delete')
              and c.finished_at is null) u
      where h.label = ${label}`);
  return found && row.parse(found);
}

/**
 * Finds a headnode to change it: nobody else may, nor may its agent end a command to it, until the transaction ends. What nobody will
 * carry out any more is ended first.
 *
 * The order of locks is agents, project, the device `headnode/<label>`, its commands, the headnode, network: as the agent's, who ends a
 * command with the device locked. The headnode's own row needs no lock: whatever changes it or its hnics has its device locked, but for
 * the end of a command that expired, which is seen whole or not at all.
 */
export async function lockHeadnode(tx: Tx, label: string): Promise<Headnode | undefined> {
  const [device] = await tx
    .select({ id: devices.id })
    .from(devices)
    .where(eq(devices.label, `headnode/${label}`))
    .for('update');
  if (!device) return undefined;
  await tx.execute(sql`select expire_commands(${device.id})`);
  return findHeadnode(tx, label);
}

/** Whether there is a headnode of this name, at this moment. */
export async function headnodeExists(tx: Tx, label: string): Promise<boolean> {
  return (await tx.select({ id: headnodes.id }).from(headnodes).where(eq(headnodes.label, label))).length > 0;
}

/**
 * An agent other than this one that has yet to finish something for an earlier headnode of this name or its console. What nobody will
 * carry out any more is ended first.
 */
export async function otherAgentBusyWith(tx: Tx, label: string, agentId: number): Promise<string | undefined> {
  const known = await tx
    .select({ id: devices.id })
    .from(devices)
    .where(inArray(devices.label, [`headnode/${label}`, `headnode-console/${label}`]))
    .orderBy(asc(devices.id));
  for (const { id } of known) await tx.execute(sql`select expire_commands(${id})`);
  const [busy] = await tx.execute(sql`
    select a.label from commands c join devices d on d.id = c.device_id join agents a on a.id = c.agent_id
      where d.label in (${`headnode/${label}`}, ${`headnode-console/${label}`})
        and c.status in ('queued', 'running') and c.agent_id <> ${agentId} limit 1`);
  return busy && z.object({ label: z.string() }).parse(busy).label;
}

const unfinished = z.object({ id: z.string(), kind: z.string(), status: z.string() });

/** The command that the agent of a locked headnode has to finish last of all. */
export async function lastUnfinishedCommand(tx: Tx, deviceId: number): Promise<z.output<typeof unfinished> | undefined> {
  const [found] = await tx.execute(sql`
    select id, kind, status from commands
      where device_id = ${deviceId} and status in ('queued', 'running') order by seq desc limit 1`);
  return found && unfinished.parse(found);
}

/** A network interface of a headnode. */
export interface Hnic {
  readonly id: number;
  readonly label: string;
}

/** Finds a network interface of a locked headnode. */
export async function findHnic(tx: Tx, headnodeId: number, label: string): Promise<Hnic | undefined> {
  const [hnic] = await tx
    .select({ id: hnics.id, label: hnics.label })
    .from(hnics)
    .where(and(eq(hnics.headnodeId, headnodeId), eq(hnics.label, label)));
  return hnic;
}

/** How many network interfaces a locked headnode has. */
export function countHnics(tx: Tx, headnodeId: number): Promise<number> {
  return tx.$count(hnics, eq(hnics.headnodeId, headnodeId));
}

/** The interfaces of a locked headnode that are on a network, in the order in which they were made. */
export function connectedHnics(tx: Tx, headnodeId: number): Promise<{ mac: string; vlan: number }[]> {
  return tx
    .select({ mac: hnics.macAddress, vlan: vlans.id })
    .from(hnics)
    .innerJoin(networks, eq(networks.id, hnics.networkId))
    .innerJoin(vlans, eq(vlans.networkId, networks.id))
    .where(eq(hnics.headnodeId, headnodeId))
    .orderBy(asc(hnics.id));
}

/** An interface of a headnode that is on a network. */
export interface HeadnodeUser {
  readonly headnode: string;
  readonly hnic: string;
}

/** An interface of a headnode that is on a locked network, of any project or of one. */
export async function aHeadnodeOn(tx: Tx, networkId: number, projectId?: number): Promise<HeadnodeUser | undefined> {
  const [found] = await tx
    .select({ headnode: headnodes.label, hnic: hnics.label })
    .from(hnics)
    .innerJoin(headnodes, eq(headnodes.id, hnics.headnodeId))
    .where(and(eq(hnics.networkId, networkId), projectId === undefined ? undefined : eq(headnodes.projectId, projectId)))
    .orderBy(headnodes.label, hnics.label)
    .limit(1);
  return found;
}
