import { z } from 'zod';
import type { Connection } from '../client.ts';

const change = z.object({ at: z.string(), actor: z.string().nullable() }).nullable();
const told = z.object({
  /** Whether that time is one of which something is known. */
  isKnown: z.boolean(),
  /** From when on something is known; null: never. */
  knownFrom: z.string().nullable(),
  /** Whether there is or was a node of this name, as far as anybody knows. */
  isNode: z.boolean(),
  at: z.string(),
  /** Null: there was no such node. */
  state: z.object({ project: z.string().nullable() }).nullable(),
  /** The last change of that before. */
  since: change,
  networks: z.array(z.object({ nic: z.string(), channel: z.string(), network: z.string(), since: change })),
});

/** What is known of a node at a time. */
export type NodeAsOf = z.output<typeof told>;

/**
 * Who had a node at a time, and which networks were on its NICs: what the first change after that time tells of before it, and where there
 * is none, what is now. `time` is of ISO 8601; undefined: now.
 */
export async function readNodeAsOf(sql: Connection, node: string, time: string | undefined): Promise<NodeAsOf> {
  const then = sql`(select at from asked)`;
  const [row] = await sql`
    with asked as materialized (select coalesce(${time ?? null}::text::timestamptz, clock_timestamp()) as at),
      known as materialized (
        select coalesce((select max(complete_from) from audit_prunings), (select min(at) from audit)) as known_from),
      -- Who had it before the first change after that time, and the last change before.
      later as (
        select details -> 'before' as state from audit
          where node = ${node} and event = 'node_project' and at > ${then} order by at limit 1),
      earlier as (
        select at, actor from audit where node = ${node} and event = 'node_project' and at <= ${then} order by at desc limit 1),
      -- The same of each channel of its NICs.
      channels as (
        select distinct on (1, 2) subject ->> 'nic' as nic, subject ->> 'channel' as channel, details ->> 'before' as network
          from audit where node = ${node} and event = 'nic_network' and at > ${then} order by 1, 2, at),
      attached as (
        select nic, channel, network from channels where network is not null
        union all
        select i.label, t.channel, w.label
          from nodes o join nics i on i.node_id = o.id join attachments t on t.nic_id = i.id join networks w on w.id = t.network_id
          where o.label = ${node} and not exists (select from channels c where c.nic = i.label and c.channel = t.channel))
    select json_build_object(
        'isKnown', coalesce(asked.at between known_from and clock_timestamp(), false),
        'knownFrom', ${shown(sql, 'known_from')},
        'isNode', exists (select from nodes where label = ${node})
          or exists (select from audit where node = ${node} and event in ('node_project', 'nic_network')),
        'at', ${shown(sql, 'asked.at')},
        'state', case when exists (select from later) then (select state from later)
          else (select jsonb_build_object('project', p.label) from nodes o left join projects p on p.id = o.project_id where o.label = ${node})
          end,
        'since', (select json_build_object('at', ${shown(sql, 'earlier.at')}, 'actor', actor) from earlier),
        'networks', (
          select coalesce(json_agg(json_build_object('nic', nic, 'channel', channel, 'network', network, 'since', (
              select json_build_object('at', ${shown(sql, 'a.at')}, 'actor', a.actor) from audit a
                where a.node = ${node} and a.event = 'nic_network' and a.at <= ${then}
                  and a.subject ->> 'nic' = attached.nic and a.subject ->> 'channel' = attached.channel
                order by a.at desc limit 1)) order by nic collate "C", channel collate "C"), '[]')
            from attached))::text as told
      from asked, known`;
  return told.parse(JSON.parse(z.object({ told: z.string() }).parse(row).told));
}

/** A point in time as it is shown: to the microsecond, since what was before a change is not what was after it. */
function shown(sql: Connection, column: string) {
  return sql`to_char(${sql(column)} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
}
