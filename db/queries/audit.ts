import { sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Connection, Tx } from '../client.ts';

/** Whoever chains entries holds this, so that there is one chain. */
const CHAIN_LOCK = 0x4841_4154;

/** What a request that changes something is recorded as, before it is carried out. */
export interface RecordedRequest {
  readonly id: string;
  /** The id of the operation. */
  readonly event: string;
  readonly actor: string | null;
  /** The id of an API token. */
  readonly token: string | null;
  readonly address: string;
  /** The id of the request. */
  readonly request: string;
  /** The parameters of the path. */
  readonly subject: Readonly<Record<string, unknown>>;
  /** What the request asked for; nothing in it is secret. */
  readonly details: Readonly<Record<string, unknown>>;
  readonly status: 'done' | 'ordered';
}

/** What names a project, or something that belongs to one. */
const named = z.object({
  project: z.string().optional(),
  owner: z.string().optional(),
  access: z.string().optional(),
  node: z.string().optional(),
  headnode: z.string().optional(),
  network: z.string().optional(),
  switch: z.string().optional(),
  port: z.string().optional(),
});

/**
 * Records a request in the transaction that carries it out; whatever else that transaction changes is recorded as following from it.
 * The projects that it names, and those of the node, headnode, network or port in its path, may read of it.
 */
export async function recordRequest(tx: Tx, entry: RecordedRequest): Promise<void> {
  const { id, event, actor, token, address, request, subject, details, status } = entry;
  const on = named.catch({}).parse(subject);
  const asked = named.catch({}).parse(details);
  const node = on.node ?? asked.node ?? null;
  const projects = [on.project, asked.project, asked.owner, asked.access].filter((label) => label !== undefined);
  await tx.execute(sql`
    insert into audit (id, event, actor, token, address, request, node, projects, subject, details, result)
    select ${id}, ${event}, ${actor}, ${token}::uuid, ${address}, ${request}, ${node},
      array(
        select id from projects where label in (select json_array_elements_text(${JSON.stringify(projects)}::json))
        union select project_id from nodes where label = ${node} and project_id is not null
        union select project_id from headnodes where label = ${on.headnode ?? null}
        union select owner_id from networks where label = ${on.network ?? null} and owner_id is not null
        union select o.project_id from switches s join ports p on p.switch_id = s.id join nics n on n.port_id = p.id
          join nodes o on o.id = n.node_id where s.label = ${on.switch ?? null} and p.label = ${on.port ?? null} and o.project_id is not null),
      ${JSON.stringify(subject)}::text::jsonb, ${JSON.stringify(details)}::text::jsonb, ${JSON.stringify({ status })}::text::jsonb
    where set_config('haas.cause', ${id}, true) is not null`);
}

/** Corrects what a request that was recorded in this transaction came to. */
export async function recordResult(tx: Tx, id: string, result: Readonly<Record<string, unknown>>): Promise<void> {
  await tx.execute(sql`update audit set result = ${JSON.stringify(result)}::text::jsonb where id = ${id}`);
}

/** An entry with a place in the chain. */
export interface ChainedEntry {
  readonly id: string;
  readonly seq: number;
  readonly hash: string;
  /** Of the last of those that are chained together. */
  readonly signature: string | null;
}

/** The end of the chain. */
export interface ChainHead {
  readonly seq: number;
  readonly hash: string;
}

/** The end of a chain that has no entry yet. */
export const EMPTY_CHAIN: ChainHead = { seq: 0, hash: '' };

const headRow = z.object({ seq: z.coerce.number(), hash: z.string() });
const waitingRow = z.object({ id: z.string(), text: z.string() });

/**
 * Chains entries that are not chained, the oldest first and at most so many: `chain` gives them their places. Answers how many there were.
 * Nobody waits: where another chains, there is nothing to do here.
 */
export async function chainAudit(
  connection: Connection,
  most: number,
  chain: (head: ChainHead, waiting: readonly z.output<typeof waitingRow>[]) => Promise<readonly ChainedEntry[]>,
): Promise<number> {
  return connection.begin(async (tx) => {
    const [lock] = await tx`select pg_try_advisory_xact_lock(${CHAIN_LOCK}) as "isFree"`;
    if (lock?.['isFree'] !== true) return 0;
    const waiting = await tx`
      select id, audit_text(audit) as text from audit where seq is null order by at, id limit ${most} for update`;
    if (waiting.length === 0) return 0;
    const [head] = await tx`
      select seq, hash from (select seq, hash from audit where seq is not null
        union all select through, hash from audit_prunings) as chained order by seq desc limit 1`;
    const entries = JSON.stringify(await chain(head ? headRow.parse(head) : EMPTY_CHAIN, z.array(waitingRow).parse(waiting)));
    await tx`
      with chained as (
        update audit a set seq = e.seq, hash = e.hash, signature = e.signature
          from json_to_recordset(${entries}::text::json) as e (id uuid, seq bigint, hash text, signature text)
          where a.id = e.id returning a.seq, a.projects)
      insert into audit_projects (project_id, seq) select distinct unnest(projects), seq from chained`;
    await tx`notify audit_chained`;
    return waiting.length;
  });
}
