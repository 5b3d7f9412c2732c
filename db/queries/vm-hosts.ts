import { asc, isNotNull, sql } from 'drizzle-orm';
import type { Connection, Tx } from '../client.ts';
import { type SealingPublicKey, sealingPublicKey } from '../commands/seal.ts';
import type { HeadnodeSize } from '../devices/headnode.ts';
import { type VmHostReport, vmHostReport } from '../devices/vm-host.ts';
import { agents, headnodes } from '../schema.ts';
import type { Part } from './pages.ts';

/** An agent whose host has virtual machines, with what it offers and what its headnodes use of it. */
export interface VmHost {
  readonly agentId: number;
  readonly agent: string;
  readonly key: SealingPublicKey;
  /** Whether the agent was there within the last minute. */
  readonly isSeen: boolean;
  readonly report: VmHostReport;
  /** The sum over all headnodes, whether they run or not. */
  readonly used: HeadnodeSize;
}

/** What an agent told of its host. One of another version may tell what nobody here understands: then there is nothing but that problem. */
export function readReport(told: unknown): VmHostReport {
  const { data } = vmHostReport.safeParse(told);
  return (
    data ?? {
      templates: [],
      limits: { memory: 0, vcpus: 0, disk: 0 },
      problems: ['what the agent tells of its host is not understood: it is of another version than the API'],
    }
  );
}

/** Every host of virtual machines, to put a headnode on one: nobody else may, on any of them, until the transaction ends. */
export async function lockVmHosts(tx: Tx): Promise<VmHost[]> {
  const locked = await tx
    .select({
      agentId: agents.id,
      agent: agents.label,
      key: agents.publicKey,
      isSeen: sql<boolean>`coalesce(${agents.lastSeenAt} > now() - interval '1 minute', false)`,
      told: agents.vmHost,
    })
    .from(agents)
    .where(isNotNull(agents.vmHost))
    .orderBy(asc(agents.id))
    // Weaker than a deletion's: commands can go on being issued to the agent.
    .for('no key update');
  // A statement of its own, which sees the headnodes of whoever had the lock before.
  const sums = await tx
    .select({
      agentId: headnodes.agentId,
      memory: sql`sum(${headnodes.memory})`.mapWith(Number),
      vcpus: sql`sum(${headnodes.vcpus})`.mapWith(Number),
      disk: sql`sum(${headnodes.disk})`.mapWith(Number),
    })
    .from(headnodes)
    .groupBy(headnodes.agentId);
  return locked.map(({ told, key, ...host }) => {
    const { memory, vcpus, disk } = sums.find(({ agentId }) => agentId === host.agentId) ?? { memory: 0, vcpus: 0, disk: 0 };
    return { ...host, key: sealingPublicKey.parse(key), report: readReport(told), used: { memory, vcpus, disk } };
  });
}

/** Reads the names of all templates that any agent offers, in order, or a part of them, one more than is asked for. */
export async function listTemplates(sql: Connection, { after = '', limit = Infinity }: Part): Promise<string[]> {
  const rows = await sql`select vm_host as told from agents where vm_host is not null`;
  const names = rows.flatMap(({ told }) => readReport(told).templates.map(({ name }) => name));
  return [...new Set(names)]
    .filter((name) => name > after)
    .sort()
    .slice(0, limit + 1);
}
