import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { Connection } from '../../db/client.ts';
import type { Accepted } from './client.ts';
import type { Rack } from './rack.ts';
import { ADMINISTRATOR, basic, inLanes } from './registration.ts';
import type { Violations } from './violations.ts';

/** How long everything may take to end, in ms. */
const PATIENCE = 90_000;

/** What the checks at the end look at. */
export interface Evidence {
  readonly sql: Connection;
  readonly host: string;
  readonly rack: Rack;
  readonly violations: Violations;
}

/** Waits until every command has ended. What is then still unfinished is a violation. */
export async function quiesce({ sql, violations }: Evidence): Promise<void> {
  const unfinished = () => sql`select id, kind, status from commands where status in ('queued', 'running')`;
  for (const end = Date.now() + PATIENCE; Date.now() < end; await delay(200)) {
    if ((await unfinished()).length === 0) break;
  }
  report(violations, 'a command never ended', await unfinished());
  report(violations, 'an action never ended', await sql`select * from networking_actions where finished_at is null`);
}

/** What must never be in the database, whatever happened. */
export async function checkRows({ sql, violations }: Evidence): Promise<void> {
  const rules: Readonly<Record<string, Promise<readonly object[]>>> = {
    'a NIC is on a network that its project may not use': sql`
      select n.label, c.label as nic, w.label as network from attachments a
        join nics c on c.id = a.nic_id join nodes n on n.id = c.node_id join networks w on w.id = a.network_id
        where n.project_id is null or c.port_id is null or not (w.is_public
          or exists (select from network_access x where x.network_id = w.id and x.project_id = n.project_id))`,
    'a network has no VLAN': sql`
      select label from networks w where not exists (select from vlans v where v.network_id = w.id)`,
    'a VLAN of two, or of a switch': sql`
      select network_id from vlans where network_id is not null group by network_id having count(*) > 1 or bool_or(reserved)`,
    'two networks on a channel': sql`select nic_id, channel from attachments group by 1, 2 having count(*) > 1`,
    'a network twice on a NIC': sql`select nic_id, network_id from attachments group by 1, 2 having count(*) > 1`,
    'two NICs on a port': sql`select port_id from nics where port_id is not null group by 1 having count(*) > 1`,
    'a quota was not kept': sql`
      select label from projects p where max_nodes < (select count(*) from nodes where project_id = p.id)
        or max_networks < (select count(*) from networks where owner_id = p.id)`,
    'the rows are not what the last actions came to': sql`
      select n.id, last.change, last.channel from nics n
        cross join lateral (
          select distinct on (a.network_id) a.change, a.channel, a.network_id from networking_actions a join commands c using (id)
            where a.nic_id = n.id and c.status = 'done' and a.network_id is not null order by a.network_id, c.seq desc) last
        where last.change = 'detach' and exists (select from attachments t where t.nic_id = n.id and t.network_id = last.network_id)`,
    'transactions waited for each other in a circle': sql`
      select deadlocks from pg_stat_database where datname = current_database() and deadlocks > 0`,
  };
  for (const [rule, found] of Object.entries(rules)) report(violations, rule, await found);
}

/** Every action that was promised is there, and has ended. */
export async function checkPromises({ sql, violations }: Evidence, promised: readonly string[]): Promise<void> {
  const known = await sql`select id from commands where id = any(${[...promised]}::uuid[]) and finished_at is not null`;
  const ids = new Set(known.map(({ id }) => String(id)));
  report(
    violations,
    'nobody knows what became of an action',
    promised.filter((id) => !ids.has(id)).map((id) => ({ id })),
  );
}

const attached = z.object({ node: z.string(), nic: z.string(), channel: z.string(), vlan: z.int() });
const suspect = z.object({ switch: z.string(), port: z.string(), node: z.string(), project: z.string().nullable() });

function suspectsOf(sql: Connection) {
  return sql`
    select s.label as switch, o.label as port, n.label as node, p.label as project from ports o
      join switches s on s.id = o.switch_id join nics c on c.port_id = o.id join nodes n on n.id = c.node_id
      left join projects p on p.id = n.project_id
      where o.suspect_since is not null`;
}

/** Each port carries what its NIC is on, and is shut where that is nothing. Of those that are suspect nobody says so. Answers how many are. */
export async function checkSwitches({ sql, rack, violations }: Evidence): Promise<number> {
  const rows = z.array(attached).parse(
    await sql`
    select n.label as node, c.label as nic, a.channel, v.id as vlan from attachments a
      join nics c on c.id = a.nic_id join nodes n on n.id = c.node_id join vlans v on v.network_id = a.network_id`,
  );
  const suspects = z.array(suspect).parse(await suspectsOf(sql));
  for (const { name, simulated, cables } of rack.switches) {
    for (const { node, nic, port } of cables) {
      if (suspects.some((each) => each.switch === name && each.port === port)) continue;
      const own = rows.filter((row) => row.node === node && row.nic === nic);
      const want = {
        enabled: own.length > 0,
        native: own.find(({ channel }) => channel === 'vlan/native')?.vlan ?? null,
        tagged: own
          .filter(({ channel }) => channel !== 'vlan/native')
          .map(({ vlan }) => vlan)
          .sort((a, b) => a - b),
      };
      const { enabled, native, tagged } = simulated.port(port);
      const has = enabled
        ? { enabled, native, tagged: [...tagged].sort((a, b) => a - b) }
        : { enabled, native: null, tagged: [] };
      if (JSON.stringify(has) === JSON.stringify(want)) continue;
      violations.add('a port is not as the rows say', `${name} ${port}: ${JSON.stringify(has)}, not ${JSON.stringify(want)}`);
    }
  }
  return suspects.length;
}

/** No node with a suspect port can be released or reserved, and each such port can be brought back. */
export async function checkSuspects({ sql, host, violations }: Evidence): Promise<void> {
  const suspects = z.array(suspect).parse(await suspectsOf(sql));
  await inLanes(suspects, async ({ node, project }) => {
    const path = project === null ? '/project/project-1/connect_node' : `/project/${project}/detach_node`;
    const { status, text } = await ask(host, 'POST', path, { node });
    if (status !== 409) violations.add('a node with a suspect port changed hands', `${node}: ${status} ${text}`);
  });
  await inLanes(suspects, ({ switch: name, port }) => ask(host, 'POST', `/switch/${name}/port/${port}/revert`));
  const left = async () => suspectsOf(sql);
  for (const end = Date.now() + PATIENCE; Date.now() < end && (await left()).length > 0; ) await delay(200);
  report(violations, 'a port stays suspect', await left());
}

/** Nothing is stuck: every NIC can be taken off its networks, every node be released, every network be deleted. */
export async function clearTheTable(evidence: Evidence): Promise<void> {
  const { sql, host, violations } = evidence;
  const demand = async (method: string, path: string, body?: object) => {
    const { status, text } = await ask(host, method, path, body);
    if (status >= 300) violations.add('something is stuck', `${method} ${path} ${JSON.stringify(body)}: ${status} ${text}`);
  };
  const cabled = z.array(z.object({ switch: z.string(), port: z.string() }));
  const inUse = cabled.parse(
    await sql`
    select distinct s.label as switch, o.label as port from attachments a
      join nics c on c.id = a.nic_id join ports o on o.id = c.port_id join switches s on s.id = o.switch_id`,
  );
  await inLanes(inUse, ({ switch: name, port }) => demand('POST', `/switch/${name}/port/${port}/revert`));
  await quiesce(evidence);
  const owned = z.array(z.object({ node: z.string(), project: z.string() }));
  const nodes = owned.parse(
    await sql`
    select n.label as node, p.label as project from nodes n join projects p on p.id = n.project_id`,
  );
  await inLanes(nodes, ({ node, project }) => demand('POST', `/project/${project}/detach_node`, { node }));
  const networks = z.array(z.object({ label: z.string() })).parse(await sql`select label from networks`);
  await inLanes(networks, ({ label }) => demand('DELETE', `/network/${label}`));
  report(violations, 'a VLAN did not come back', await sql`select id from vlans where network_id is not null`);
  report(violations, 'an attachment is left over', await sql`select * from attachments`);
}

/** The audit is one chain that nobody altered, every change that was answered is in it once, and what it tells last is what the rows say. */
export async function checkAudit({ sql, host, violations }: Evidence, accepted: readonly Accepted[]): Promise<number> {
  const waiting = () => sql`select id from audit where seq is null`;
  for (const end = Date.now() + PATIENCE; Date.now() < end && (await waiting()).length > 0; ) await delay(200);
  report(violations, 'an entry of the audit was never chained', await waiting());
  const length = await verifyChain(host, violations);

  const recorded = z.array(z.object({ request: z.string(), event: z.string(), count: z.int() })).parse(
    await sql`
    select request, event, count(*)::int as count from audit where cause is null and request like 'soak-%' group by request, event`,
  );
  const counts = new Map(recorded.map(({ request, event, count }) => [`${request} ${event}`, count]));
  report(
    violations,
    'a change was made twice',
    recorded.filter(({ count }) => count > 1),
  );
  report(
    violations,
    'a change is not in the audit',
    accepted.filter(({ request, operation }) => !counts.has(`${request} ${operation}`)),
  );

  report(
    violations,
    'the audit says another project has a node',
    await sql`
      select n.label, p.label as has, last.project as said from nodes n left join projects p on p.id = n.project_id
        left join lateral (
          select details -> 'after' ->> 'project' as project from audit where event = 'node_project' and node = n.label
            order by seq desc limit 1) last on true
        where last.project is distinct from p.label`,
  );
  report(
    violations,
    'the audit says something else is on a NIC',
    await sql`
      with last as (
        select distinct on (node, subject ->> 'nic', subject ->> 'channel') node, subject ->> 'nic' as nic, subject ->> 'channel' as channel,
            details ->> 'after' as network
          from audit where event = 'nic_network' order by node, subject ->> 'nic', subject ->> 'channel', seq desc),
      said as (select node, nic, channel, network from last where network is not null),
      are as (
        select n.label as node, c.label as nic, a.channel, w.label as network from attachments a
          join nics c on c.id = a.nic_id join nodes n on n.id = c.node_id join networks w on w.id = a.network_id)
      (table said except table are) union all (table are except table said)`,
  );
  return length;
}

const verification = z.object({
  to: z.int(),
  hash: z.string(),
  is_complete: z.boolean(),
  problem: z.object({ msg: z.string() }).nullable(),
});

/** Has the audit verified, a part at a time. Answers how many entries it has. */
async function verifyChain(host: string, violations: Violations): Promise<number> {
  for (let query = ''; ; ) {
    const { text } = await ask(host, 'GET', `/audit/verification${query}`);
    const { to, hash, is_complete: isComplete, problem } = verification.parse(JSON.parse(text));
    if (problem) violations.add('the audit is not what was recorded', problem.msg);
    if (isComplete || problem) return to;
    query = `?after=${to}&hash=${hash}`;
  }
}

async function ask(host: string, method: string, path: string, body?: object): Promise<{ status: number; text: string }> {
  const answer = await fetch(`${host}/v0${path}`, {
    method,
    headers: { authorization: basic(ADMINISTRATOR) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, text: await answer.text() };
}

function report(violations: Violations, rule: string, found: readonly object[]): void {
  for (const each of found) violations.add(rule, JSON.stringify(each));
}
