import type postgres from 'postgres';
import { z } from 'zod';
import type { Connection } from '../client.ts';
import { clockDifference } from '../commands/clock.ts';
import { ALIVE_SECONDS } from './agents.ts';
import { FAILURES_COUNT_FOR } from './failed-logins.ts';

/** How long a statement may take that only looks how things stand. */
const PATIENCE = '3s';
/** How far back it is looked how commands ended. */
const LATELY = '5 minutes';
/** Of how many devices it is told by name that commands wait for them. */
const MOST_DEVICES = 20;

const count = z.coerce.number();

/** How it stands with everything that the database knows. Ages in seconds; null: there is nothing of the kind. */
const vitals = z.object({
  /** By how many seconds this host's clock is ahead of the database's. */
  clock: z.number(),
  commands: z.array(z.object({ kind: z.string(), status: z.string(), count, oldest: count })),
  /** How commands ended of late; `reason` is empty where one was done. */
  ended: z.array(z.object({ status: z.string(), reason: z.string(), count })),
  /** The devices with most commands that have not ended; `devices`: how many devices there are with any. */
  backlogs: z.array(z.object({ device: z.string(), count, devices: count })),
  suspects: z.array(z.object({ switch: z.string(), count, oldest: count })),
  unsaved: z.array(z.object({ switch: z.string(), age: count })),
  /** VLAN ids of the pool, by what has become of them. */
  vlans: z.object({ free: count, used: count, reserved: count, suspect: count }),
  nodes: z.object({ free: count, reserved: count }),
  agents: z.array(
    z.object({
      agent: z.string(),
      alive: z.boolean(),
      unseen: count.nullable(),
      version: z.string().nullable(),
      backlog: count,
    }),
  ),
  failedLogins: count,
  consoles: z.array(z.object({ state: z.string(), count })),
  /** Entries of the audit that are not chained yet. */
  unchained: z.object({ count, oldest: count.nullable() }),
  /** Connections to this database, by the program that has them, and how many its server has in all. */
  connections: z.array(z.object({ program: z.string(), count, most: count })),
});
export type Vitals = z.output<typeof vitals>;

/**
 * Reads how everything stands, in one transaction that changes nothing. Costs the same however much is over and done with: what is looked
 * at is what is under way, by indexes that hold nothing else, and tables of which there is a row for each thing registered.
 */
export function readVitals(connection: Connection): Promise<Vitals> {
  return connection.begin(async (tx) => {
    await tx`select set_config('statement_timeout', ${PATIENCE}, true), set_config('transaction_read_only', 'on', true)`;
    const clock = await clockDifference((statement) => tx(statement));
    const [commands, ended, backlogs, suspects, unsaved, vlans, nodes, agents, failedLogins, consoles, unchained, connections] =
      await Promise.all([
        readCommands(tx),
        readEnded(tx),
        readBacklogs(tx),
        readSuspects(tx),
        readUnsaved(tx),
        readVlans(tx),
        readNodes(tx),
        readAgents(tx),
        readFailedLogins(tx),
        readConsoles(tx),
        readUnchained(tx),
        readConnections(tx),
      ]);
    return vitals.parse({
      clock,
      commands,
      ended,
      backlogs,
      suspects,
      unsaved,
      vlans: vlans[0],
      nodes: nodes[0],
      agents,
      failedLogins: failedLogins[0]?.['count'],
      consoles,
      unchained: unchained[0],
      connections,
    });
  });
}

type Reading = postgres.TransactionSql;

const readCommands = (tx: Reading) => tx`
  select kind, status, count(*), extract(epoch from now() - min(queued_at)) as oldest
    from commands where status in ('queued', 'running') group by kind, status`;

const readEnded = (tx: Reading) => tx`
  select status, coalesce(reason, '') as reason, count(*)
    from commands where finished_at > now() - ${LATELY}::interval group by status, 2`;

const readBacklogs = (tx: Reading) => tx`
  select d.label as device, b.count, b.devices
    from (select device_id, count(*), count(*) over () as devices
        from commands where status in ('queued', 'running') group by device_id order by 2 desc limit ${MOST_DEVICES}) b
      join devices d on d.id = b.device_id`;

const readSuspects = (tx: Reading) => tx`
  select s.label as switch, count(*), extract(epoch from now() - min(p.suspect_since)) as oldest
    from ports p join switches s on s.id = p.switch_id where p.suspect_since is not null group by s.label`;

/** Those that HaaS is told never to save are somebody else's business. */
const readUnsaved = (tx: Reading) => tx`
  select s.label as switch, extract(epoch from now() - d.unsaved_since) as age
    from switches s join devices d on d.id = s.device_id
    where d.unsaved_since is not null and s.settings -> 'save' is distinct from 'false'`;

const readVlans = (tx: Reading) => tx`
  select count(*) filter (where not reserved and network_id is null and not suspect) as free, count(network_id) as used,
      count(*) filter (where reserved) as reserved, count(*) filter (where not reserved and network_id is null and suspect) as suspect
    from (select reserved, network_id,
        exists (select from ports p where p.suspect_since is not null and v.id = any(p.suspect_vlans)) as suspect
      from vlans v where pooled) as pool`;

const readNodes = (tx: Reading) => tx`select count(*) - count(project_id) as free, count(project_id) as reserved from nodes`;

const readAgents = (tx: Reading) => tx`
  select a.label as agent, coalesce(a.last_seen_at > now() - make_interval(secs => ${ALIVE_SECONDS}), false) as alive,
      extract(epoch from now() - a.last_seen_at) as unseen, a.version,
      (select count(*) from commands c where c.agent_id = a.id and c.status in ('queued', 'running')) as backlog
    from agents a`;

const readFailedLogins = (tx: Reading) => tx`
  select coalesce(sum(failures), 0) as count from failed_logins where last_at > now() - ${FAILURES_COUNT_FOR}::interval`;

const readConsoles = (tx: Reading) => tx`
  select state, count(*) from consoles where released_at is null and logging group by state`;

const readUnchained = (tx: Reading) => tx`
  select count(*), extract(epoch from now() - min(at)) as oldest from audit where seq is null`;

/** Programs that are none of HaaS may call themselves anything. */
const readConnections = (tx: Reading) => tx`
  select case when application_name like 'haas %' then application_name else 'other' end as program, count(*),
      current_setting('max_connections') as most
    from pg_stat_activity where datname = current_database() group by 1`;
