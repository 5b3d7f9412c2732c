import { and, eq, inArray } from 'drizzle-orm';
import { z } from 'zod';
import type { Connection, Tx } from '../client.ts';
import { sealingPublicKey } from '../commands/seal.ts';
import { agents, commands, devices, headnodes, nodes, switches } from '../schema.ts';
import { moment } from './moment.ts';
import { type Part, partOf } from './pages.ts';

/** Finds an agent to delete it or to give it another key: no device can become its own, and nothing is sealed to it, until the transaction ends. */
export async function lockAgent(tx: Tx, label: string): Promise<{ id: number } | undefined> {
  const [agent] = await tx.select({ id: agents.id }).from(agents).where(eq(agents.label, label)).for('update');
  return agent;
}

/** What keeps an agent from being deleted: one of each kind of thing that is its own, if any is. */
export interface AgentBelongings {
  readonly switch: string | undefined;
  readonly node: string | undefined;
  readonly headnode: string | undefined;
  /** The device of an unfinished command, `switch/nexus-01`. */
  readonly pending: string | undefined;
}

/** Looks what is a locked agent's own. */
export async function agentBelongings(tx: Tx, agentId: number): Promise<AgentBelongings> {
  const [ownSwitch] = await tx.select({ label: switches.label }).from(switches).where(eq(switches.agentId, agentId)).limit(1);
  const [node] = await tx.select({ label: nodes.label }).from(nodes).where(eq(nodes.agentId, agentId)).limit(1);
  const [headnode] = await tx.select({ label: headnodes.label }).from(headnodes).where(eq(headnodes.agentId, agentId)).limit(1);
  const [pending] = await tx
    .select({ label: devices.label })
    .from(commands)
    .innerJoin(devices, eq(devices.id, commands.deviceId))
    .where(and(eq(commands.agentId, agentId), inArray(commands.status, ['queued', 'running'])))
    .limit(1);
  return { switch: ownSwitch?.label, node: node?.label, headnode: headnode?.label, pending: pending?.label };
}

/** An agent tells that it is there every 10 seconds, give or take a fifth: one that was missed three times is not. */
export const ALIVE_SECONDS = 40;

const listedAgent = z.object({
  label: z.string(),
  isAlive: z.boolean(),
  lastSeenAt: moment.nullable(),
  version: z.string().nullable(),
  devices: z.coerce.number(),
  backlog: z.coerce.number(),
});

/** An agent, how many devices are its own, and how many commands it has yet to finish. */
export type ListedAgent = z.output<typeof listedAgent>;

/** Reads all agents, in the order of their labels. */
export async function listAgents(connection: Connection, part: Part): Promise<ListedAgent[]> {
  const rows = await connection`
    select label, coalesce(last_seen_at > now() - make_interval(secs => ${ALIVE_SECONDS}), false) as "isAlive",
        last_seen_at as "lastSeenAt", version,
        (select count(*) from switches s where s.agent_id = agents.id)
          + (select count(*) from nodes n where n.agent_id = agents.id and n.obm_type is not null)
          + (select count(*) from headnodes h where h.agent_id = agents.id) as devices,
        (select count(*) from commands c where c.agent_id = agents.id and c.status in ('queued', 'running')) as backlog
      from agents where true ${partOf(connection, 'label', part)}`;
  return z.array(listedAgent).parse(rows);
}

const headnodeSizes = z.object({ memory: z.coerce.number(), vcpus: z.coerce.number(), disk: z.coerce.number() });

const shownAgent = z.object({
  publicKey: sealingPublicKey,
  isAlive: z.boolean(),
  lastSeenAt: moment.nullable(),
  version: z.string().nullable(),
  devices: z.array(z.string()),
  sealedToOtherKeys: z.array(z.string()),
  backlog: z.coerce.number(),
  vmHost: z.unknown(),
  used: headnodeSizes,
});

/**
 * An agent, the devices that are its own, those of them whose credentials are sealed to another key than its present one, and how many
 * commands it has yet to finish. `vmHost`: what it told of its host for headnodes, or null; `used`: the sum of its headnodes.
 */
export type ShownAgent = z.output<typeof shownAgent>;

/** Reads an agent. Undefined when there is none of this name. */
export async function showAgent(sql: Connection, label: string): Promise<ShownAgent | undefined> {
  const [row] = await sql`
    select a.public_key as "publicKey",
        coalesce(a.last_seen_at > now() - make_interval(secs => ${ALIVE_SECONDS}), false) as "isAlive",
        a.last_seen_at as "lastSeenAt", a.version,
        array(select d.label collate "C" from (
            select 'switch/' || s.label as label from switches s where s.agent_id = a.id
            union all select 'bmc/' || n.label from nodes n where n.agent_id = a.id and n.obm_type is not null
            union all select 'headnode/' || h.label from headnodes h where h.agent_id = a.id) d
          order by 1) as devices,
        array(select device from sealed_to_other_keys(a.id)) as "sealedToOtherKeys",
        (select count(*) from commands c where c.agent_id = a.id and c.status in ('queued', 'running')) as backlog,
        a.vm_host as "vmHost",
        (select json_build_object('memory', coalesce(sum(h.memory), 0), 'vcpus', coalesce(sum(h.vcpus), 0),
            'disk', coalesce(sum(h.disk), 0))
          from headnodes h where h.agent_id = a.id) as used
      from agents a where a.label = ${label}`;
  return row && shownAgent.parse(row);
}
