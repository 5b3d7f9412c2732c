import { z } from 'zod';
import type { Connection } from '../client.ts';

/** Longer than any transaction lasts. Entries are chained in the order of their times, but for those whose transaction ended late. */
const DISORDER = '1 hour';

const entryJson = z.object({
  seq: z.number(),
  id: z.string(),
  at: z.string(),
  event: z.string(),
  actor: z.string().nullable(),
  token: z.string().nullable(),
  address: z.string().nullable(),
  request: z.string().nullable(),
  cause: z.string().nullable(),
  node: z.string().nullable(),
  projects: z.array(z.union([z.string(), z.number()])),
  subject: z.record(z.string(), z.unknown()),
  details: z.record(z.string(), z.unknown()),
  result: z.record(z.string(), z.unknown()),
  hash: z.string(),
});

/** An entry of the audit that has its place. `projects`: labels, and the ids of those that there are no more. */
export type AuditEntry = z.output<typeof entryJson>;

const entryRow = z.object({
  entry: z.string().transform((text) => entryJson.parse(JSON.parse(text))),
  projectIds: z.string().transform((text) => z.array(z.number()).parse(JSON.parse(text))),
});

/** An entry, and the ids of the projects that may read of it. */
export type FiledEntry = z.output<typeof entryRow>;

/** Which entries are meant; without any of it: all. Times are of ISO 8601. */
export interface EntryFilter {
  readonly actor?: string | undefined;
  readonly event?: string | undefined;
  readonly node?: string | undefined;
  readonly request?: string | undefined;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  /** Ids: of those that concern any of these projects. */
  readonly projects?: readonly number[] | undefined;
}

/** Which part of them: the first after a place, or the last before one. */
export type EntryPart = { readonly limit: number } & ({ readonly after: number } | { readonly before: number | undefined });

/** Entries that are chained, in their order, whichever part of them was asked for. */
export async function readEntries(sql: Connection, filter: EntryFilter, part: EntryPart): Promise<FiledEntry[]> {
  const { since, until, projects } = filter;
  const [project, ...others] = projects ?? [];
  const isOfOne = project !== undefined && others.length === 0;
  const values = (
    [
      ['actor', filter.actor],
      ['event', filter.event],
      ['node', filter.node],
      ['request', filter.request],
    ] as const
  ).flatMap(([column, value]) => (value === undefined ? [] : [{ column: sql`a.${sql(column)}`, value: sql`${value}` }]));
  // What is asked of one column is read from its index, in which that comes first: the planner takes it for granted that what is asked for
  // is evenly spread, and would look through all there is for what is only at the other end.
  const [single, ...further] = values;
  const key = isOfOne ? { column: sql`f.project_id`, value: sql`${project}::bigint` } : further.length === 0 ? single : undefined;
  const seq = isOfOne ? sql`f.seq` : sql`a.seq`;
  const plain = values
    .filter(({ column }) => column !== key?.column)
    .reduce((all, { column, value }) => sql`${all} and ${column} = ${value}`, sql``);
  const place = (value: typeof seq) => (key ? sql`(${key.value}, ${value})` : value);
  const entryPlace = key ? sql`(${key.column}, ${seq})` : seq;
  const isForward = 'after' in part;
  const direction = isForward ? sql`` : sql`desc`;
  const rows = await sql`
    select json_build_object(
        'seq', a.seq, 'id', a.id, 'at', to_char(a.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), 'event', a.event,
        'actor', a.actor, 'token', a.token, 'address', a.address, 'request', a.request, 'cause', a.cause, 'node', a.node,
        'projects', array(
          select coalesce(to_json(p.label), to_json(i)) from unnest(a.projects) with ordinality as u (i, n) left join projects p on p.id = i
            order by n),
        'subject', a.subject, 'details', a.details, 'result', a.result, 'hash', a.hash)::text as entry,
        to_json(a.projects)::text as "projectIds"
      from ${isOfOne ? sql`audit_projects f join audit a on a.seq = f.seq` : sql`audit a`}
      where a.seq is not null
        ${key ? sql`and ${key.column} >= ${key.value} and ${key.column} <= ${key.value}` : sql``}
        ${plain}
        ${projects === undefined || isOfOne ? sql`` : sql`and a.seq in (select f.seq from audit_projects f where f.project_id = any (${[...projects]}::bigint[]))`}
        ${since === undefined ? sql`` : sql`and a.at >= ${since}::text::timestamptz and ${entryPlace} > ${place(wellBefore(sql, since))}`}
        ${until === undefined ? sql`` : sql`and a.at <= ${until}::text::timestamptz and ${entryPlace} < ${place(wellAfter(sql, until))}`}
        ${isForward ? sql`and ${entryPlace} > ${place(sql`${part.after}::bigint`)}` : sql``}
        ${isForward || part.before === undefined ? sql`` : sql`and ${entryPlace} < ${place(sql`${part.before}::bigint`)}`}
      order by ${key ? sql`${key.column} ${direction}, ` : sql``}${seq} ${direction} limit ${part.limit}`;
  const entries = z.array(entryRow).parse(rows);
  return isForward ? entries : entries.reverse();
}

/** A place in the chain up to which there is nothing of that time or later: of an entry that is so much older that it was chained before. */
function wellBefore(sql: Connection, time: string) {
  return sql`coalesce((select t.seq from audit t where t.at <= ${time}::text::timestamptz - ${DISORDER}::interval and t.seq is not null
    order by t.at desc limit 1), 0)`;
}

/** A place in the chain from which on there is nothing of that time or earlier. What is dated to come was written by a clock that was wrong. */
function wellAfter(sql: Connection, time: string) {
  return sql`coalesce((select t.seq from audit t where t.at >= ${time}::text::timestamptz + ${DISORDER}::interval and t.at <= now()
    and t.seq is not null order by t.at limit 1), ${Number.MAX_SAFE_INTEGER}::bigint)`;
}

const endsRow = z.object({ oldest: z.coerce.number(), newest: z.coerce.number() });

/** Where the chain begins and ends: after `oldest`, which is 0 or the last that was forgotten, up to `newest`. */
export async function readEnds(sql: Connection): Promise<z.output<typeof endsRow>> {
  const [row] = await sql`
    select coalesce((select max(through) from audit_prunings), 0) as oldest,
      greatest((select max(seq) from audit), (select max(through) from audit_prunings), 0) as newest`;
  return endsRow.parse(row);
}
