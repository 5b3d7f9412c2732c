import type { TransactionSql } from 'postgres';
import { z } from 'zod';
import type { Connection } from '../client.ts';

/** Whoever chains entries holds this, so that there is one chain. */
const CHAIN_LOCK = 0x4841_4154;

/** A place in the chain. */
export interface ChainHead {
  readonly seq: number;
  readonly hash: string;
}

/** An entry with a place in the chain. */
export interface ChainedEntry extends ChainHead {
  readonly id: string;
  /** Of the last of those that are chained together. */
  readonly signature: string | null;
}

/** An entry that is to be chained: its text is what its hash is made over. */
export interface WaitingEntry {
  readonly id: string;
  readonly text: string;
}

/** The end of a chain that has no entry yet. */
export const EMPTY_CHAIN: ChainHead = { seq: 0, hash: '' };

const headRow = z.object({ seq: z.coerce.number(), hash: z.string() });
const waitingRow = z.object({ id: z.string(), text: z.string() });

/** The text of an entry, of the row itself: there is no function in between that could be made to say something else. */
function entryText(sql: Connection | TransactionSql) {
  return sql`jsonb_build_array(
    id, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), event, actor, token, address, request, cause, node,
    to_jsonb(projects), subject, details, result)::text`;
}

/**
 * Chains entries that are not chained, the oldest first and at most so many: `chain` gives them their places. Answers how many there were.
 * Nobody waits: where another chains, there is nothing to do here, and what it locks are entries that are committed, which nobody alters.
 */
export async function chainAudit(
  connection: Connection,
  most: number,
  chain: (head: ChainHead, waiting: readonly WaitingEntry[]) => Promise<readonly ChainedEntry[]>,
): Promise<number> {
  return connection.begin(async (tx) => {
    const [lock] = await tx`select pg_try_advisory_xact_lock(${CHAIN_LOCK}) as "isFree"`;
    if (lock?.['isFree'] !== true) return 0;
    const waiting = await tx`
      select id, ${entryText(tx)} as text from audit where seq is null order by at, id limit ${most} for update`;
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
      insert into audit_projects (project_id, seq)
        select distinct project, seq from chained, unnest(projects) as project where project is not null on conflict do nothing`;
    await tx`notify audit_chained`;
    return waiting.length;
  });
}

const anchorRow = z.object({ seq: z.coerce.number(), hash: z.string(), signature: z.string(), isTold: z.boolean() });

/** Where the chain begins because what was before is forgotten. `isTold`: an entry tells of it. */
type Anchor = z.output<typeof anchorRow>;

const linkRow = z.object({
  seq: z.coerce.number(),
  id: z.string(),
  hash: z.string(),
  signature: z.string().nullable(),
  text: z.string(),
  isFiled: z.boolean(),
});

/** An entry of the chain as it is now. `isFiled`: it is listed for the projects that it names, and no others. */
export type ChainLink = z.output<typeof linkRow>;

/** A part of the chain, and where all of it begins. */
export interface ChainPart {
  /** What was before is forgotten; undefined: nothing is. */
  readonly anchor: Anchor | undefined;
  readonly links: readonly ChainLink[];
  /** Whether there is any entry, chained or not. */
  readonly hasEntries: boolean;
}

/**
 * Reads the chain as it is at one moment, `limit` entries from a place on: from the entry `after` itself, or, where that is undefined or
 * there is nothing before it, from the first that there is.
 */
export async function readChain(connection: Connection, after: number | undefined, limit: number): Promise<ChainPart> {
  return connection.begin(async (tx) => {
    await tx`set transaction isolation level repeatable read, read only`;
    const [first] = await tx`
      select p.through as seq, p.hash, p.signature, exists (
          select from (
              select event, subject, details from audit where seq is null
              union all select event, subject, details from audit where event = 'audit_pruned' and seq > p.through) a
            where a.event = 'audit_pruned' and a.subject = jsonb_build_object('through', p.through)
              and a.details = jsonb_build_object('hash', p.hash)) as "isTold"
        from audit_prunings p order by through desc limit 1`;
    const [any] = await tx`select exists (select from audit) as "hasEntries"`;
    const links = await tx`
      select seq, id, hash, signature, ${entryText(tx)} as text,
          array(select distinct unnest(projects) order by 1) = array(
            select project_id from audit_projects f where f.seq = audit.seq order by 1) as "isFiled"
        from audit where seq >= ${after ?? 0} order by seq limit ${limit}`;
    return {
      anchor: first && anchorRow.parse(first),
      links: z.array(linkRow).parse(links),
      hasEntries: any?.['hasEntries'] === true,
    };
  });
}
