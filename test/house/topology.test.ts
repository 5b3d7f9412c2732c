import { readFile } from 'node:fs/promises';
import { expect, type TestContext, test } from 'vitest';
import { z } from 'zod';
import { type Connection, connect } from '../../db/client.ts';
import { startNexus } from '../../infra/rack/nexus/nexus.ts';
import type { SimulatedSwitch } from '../../infra/rack/simulated-switch.ts';
import type { RunningProgram } from '../support/built.ts';
import { emptyDatabase } from '../support/database.ts';
import { makeTopology, type Topology } from '../support/topology.ts';
import { until } from '../support/until.ts';
import { basic } from '../support/world.ts';

/** The agent's name: its login belongs to the whole server, which other tests use too. */
const AGENT = 'topology';
const login = { username: 'admin', password: 'sesame' };
const ports = ['Ethernet1/1', 'Ethernet1/2'];
const nodes = ['n1', 'n2'];

/** A site that was made as docs/containers.md says, on a database of the test; the line that makes the roles of the server was run before. */
async function site(t: TestContext): Promise<{ topology: Topology; sql: Connection; adminPassword: string; enrolment: string }> {
  const [database, topology] = await Promise.all([emptyDatabase(t), makeTopology(t)]);
  const sql = connect(database.superuserUrl, 'test', 2);
  t.onTestFinished(() => sql.end());
  await topology.write('superuser.env', `HAAS_SUPERUSER_URL=${database.superuserUrl}`);
  await topology.write('owner.env', `HAAS_OWNER_URL=${database.ownerUrl}`);
  await topology.write('api.env', `DATABASE_URL=${database.apiUrl}\nHAAS_VLANS=100-999`);
  await topology.run('migrate', []);
  const page = await readFile('docs/containers.md', 'utf8');
  const printed = new Map<string, string>();
  for (const [, command = '', file] of page.matchAll(/^docker compose run --rm -T admin (.+?)(?: >site\/(\S+))?$/gm)) {
    const [name = '', ...args] = command.replaceAll('rack-1', AGENT).split(' ');
    if (name === 'database') continue;
    if (name === 'agent-login') args.push('--name', database.name);
    printed.set(name, await topology.run('admin', [name, ...args]));
    if (file !== undefined) await topology.write(file, printed.get(name) ?? '');
  }
  return {
    topology,
    sql,
    adminPassword: /password (\S+)/.exec(printed.get('administrator') ?? '')?.[1] ?? '',
    enrolment: / -d '(.+)'$/m.exec(printed.get('agent') ?? '')?.[1] ?? '',
  };
}

/** Two switches, one reached by telnet, one by SSH. */
async function rack(t: TestContext): Promise<Record<'telnet' | 'ssh', SimulatedSwitch>> {
  const [telnet, ssh] = await Promise.all(
    ['sw-telnet', 'sw-ssh'].map(async (hostname) => {
      const started = await startNexus({ hostname, ports, ...login });
      t.onTestFinished(() => started.close());
      return started;
    }),
  );
  if (!telnet || !ssh) throw new Error('there is no rack');
  return { telnet, ssh };
}

test('two API hosts and two processes of an agent serve on when one of each dies, and hand everything back at their end', {
  timeout: 240_000,
}, async (t) => {
  const [{ topology, sql, adminPassword, enrolment }, switches] = await Promise.all([site(t), rack(t)]);
  const start = async (service: 'api-1' | 'api-2' | 'agent') => {
    const program = await topology.start(
      service,
      service === 'agent'
        ? { HAAS_AGENT_METRICS_LISTEN: '127.0.0.1:0', HAAS_AGENT_LEASE_SECONDS: '3' }
        : { HAAS_LISTEN: '127.0.0.1:0' },
    );
    return { ...program, service };
  };
  const hosts = await Promise.all([start('api-1'), start('api-2')]);
  const addresses = await Promise.all(hosts.map(async (host) => `127.0.0.1:${await host.said(/"port":(\d+)/)}`));

  const send = async (host: number, user: string, method: string, path: string, body?: unknown): Promise<string> => {
    const response = await fetch(`http://${addresses[host]}/v0${path}`, {
      method,
      headers: { authorization: user === 'admin' ? basic('admin', adminPassword) : basic(user) },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text;
  };

  // The agent is enrolled, the rack registered, and half of it by the other host.
  await send(0, 'admin', 'PUT', `/agent/${AGENT}`, enrolment);
  for (const [host, transport] of (['telnet', 'ssh'] as const).entries()) {
    const address = { hostname: '127.0.0.1', port: switches[transport].tcpPort(transport), transport };
    await send(host, 'admin', 'PUT', `/switch/${transport}`, { type: 'nexus', dummy_vlan: 2222, ...address, ...login });
  }
  await send(0, 'admin', 'PUT', '/auth/basic/user/ada', { password: 'correct horse' });
  await send(1, 'admin', 'PUT', '/project/blue');
  await send(0, 'admin', 'POST', '/auth/basic/user/ada/add_project', { project: 'blue' });
  for (const [index, node] of nodes.entries()) {
    await send(0, 'admin', 'PUT', `/node/${node}`, { obmd: { uri: 'http://obmd.test', admin_token: 'token' } });
    for (const nic of ['telnet', 'ssh']) {
      const port = `/switch/${nic}/port/${ports[index]}`;
      await send(0, 'admin', 'PUT', `/node/${node}/nic/${nic}`, { macaddr: '' });
      await send(1, 'admin', 'PUT', port);
      await send(0, 'admin', 'POST', `${port}/connect_nic`, { node, nic });
    }
    await send(1, 'ada', 'POST', '/project/blue/connect_node', { node });
  }
  await send(1, 'ada', 'PUT', '/network/lan', { owner: 'blue', access: 'blue', net_id: '' });

  /** Has every NIC connected or detached, by hosts in turn; answers the actions. */
  const change = (verb: 'connect' | 'detach', through: readonly number[]) =>
    Promise.all(
      nodes.flatMap((node, index) =>
        ['telnet', 'ssh'].map(async (nic) => {
          const host = through[index % through.length] ?? 0;
          const answer = await send(host, 'ada', 'POST', `/node/${node}/nic/${nic}/${verb}_network`, { network: 'lan' });
          return z.object({ status_id: z.uuid() }).parse(JSON.parse(answer)).status_id;
        }),
      ),
    );
  /** Waits until actions are done, as a host says, and every port of the rack is as they should have made it. */
  const done = async (host: number, actions: readonly string[], vlan: number | null) => {
    for (const action of actions) {
      const status = await until(async () => {
        const shown = JSON.parse(await send(host, 'ada', 'GET', `/networking_action/${action}`));
        return shown.status === 'PENDING' ? undefined : shown.status;
      }, `the action ${action} ends`);
      expect(status).toBe('DONE');
    }
    for (const { port } of Object.values(switches)) {
      for (const name of ports) expect(port(name)).toEqual({ enabled: vlan !== null, native: vlan, tagged: [] });
    }
  };
  const slowly = (ms: number) => {
    for (const { faults } of Object.values(switches)) faults.lineDelay = ms;
  };
  const agents: RunningProgram[] = await Promise.all([start('agent'), start('agent')]);
  const workers = await Promise.all(agents.map((agent) => agent.said(/"worker":"([^"]+)"/)));
  /** Waits until a process of the agent works on some switch, and answers which. */
  const working = () =>
    until(async () => {
      const [held] = await sql`select lease_holder from devices where lease_holder is not null and label like 'switch/%'`;
      const number = workers.findIndex((worker) => String(held?.['lease_holder']).startsWith(worker));
      return number === -1 ? undefined : { number };
    }, 'a switch is worked on');

  // What one host was asked, the other tells.
  await done(1, await change('connect', [0, 1]), 100);

  slowly(50);
  const detaching = await change('detach', [0, 1]);
  const { number: dying } = await working();
  expect(await agents[dying]?.end('SIGKILL')).toBe('SIGKILL');
  expect(await hosts[0].end('SIGKILL')).toBe('SIGKILL');
  slowly(0);
  await done(1, detaching, null);
  await done(1, await change('connect', [1]), 100);

  slowly(50);
  const last = await change('detach', [1]);
  await working();
  expect(await agents[1 - dying]?.end('SIGTERM')).toBe(0);
  expect(await sql`select label from devices where lease_holder is not null`).toEqual([]);
  expect(await sql`select id from commands where status = 'running'`).toEqual([]);
  expect(await hosts[1].end('SIGTERM')).toBe(0);
  const connected = () =>
    sql`select application_name from pg_stat_activity where datname = current_database() and application_name <> 'test'`;
  await until(async () => (await connected()).length === 0, 'nobody is connected any more');
  slowly(0);

  // What was handed back waits for whoever comes next.
  const [again] = await Promise.all([start('api-2'), start('agent')]);
  addresses[1] = `127.0.0.1:${await again.said(/"port":(\d+)/)}`;
  await done(1, last, null);
});
