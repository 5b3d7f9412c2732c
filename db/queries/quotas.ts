import { sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Connection, Tx } from '../client.ts';
import { violation } from './violation.ts';

/** What a project may have a limited number of. */
export type Owned = 'nodes' | 'networks' | 'headnodes';

const usage = z.object({ limit: z.int().nullable(), used: z.int() });
const quota = z.object({ projectId: z.coerce.number(), nodes: usage, networks: usage, headnodes: usage });

/** How much a project may have, and how much it has. `limit` null: any number. */
export type Quota = z.output<typeof quota>;

/** Reads the quota of a project. Undefined when there is no project of this name. */
export async function readQuota(connection: Connection, label: string): Promise<Quota | undefined> {
  const [row] = await connection`
    select p.id as "projectId",
        json_build_object('limit', p.max_nodes, 'used', (select count(*) from nodes where project_id = p.id)) as nodes,
        json_build_object('limit', p.max_networks, 'used', (select count(*) from networks where owner_id = p.id)) as networks,
        json_build_object('limit', p.max_headnodes, 'used', (select count(*) from headnodes where project_id = p.id)) as headnodes
      from projects p where p.label = ${label}`;
  return row && quota.parse(row);
}

/** The limit that a change would have exceeded; undefined when the error is another. The transaction is over then. */
export function exceededQuota(error: unknown, owned: Owned): number | undefined {
  const found = violation(error, `project_${owned}_quota`);
  return found && z.coerce.number().parse(found.detail);
}

/** Lets what this transaction gives to projects be beyond their quotas. */
export async function goBeyondQuotas(tx: Tx): Promise<void> {
  await tx.execute(sql`select set_config('haas.beyond_quotas', 'on', true)`);
}
