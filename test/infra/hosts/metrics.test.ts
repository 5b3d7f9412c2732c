import { expect, test } from 'vitest';
import { metricValue, readMetrics } from '../../support/metrics.ts';
import { cabledNode, drivenNode, mockSwitch, reserve } from '../../support/rack.ts';
import { makeToken } from '../../support/tokens.ts';
import { until } from '../../support/until.ts';
import { watchedApi } from '../../support/watched-api.ts';
import { basic, makeWorld } from '../../support/world.ts';

test('administrators read the metrics of a host at its own address, also with a token that only reads, and nobody else', async (t) => {
  const w = await makeWorld(t);
  const { url } = await watchedApi(t, w);
  const { headers } = await makeToken(w, 'root', { read_only: true });
  const read = (credentials: Record<string, string>) => fetch(`${url}/metrics`, { headers: credentials });
  for (const credentials of [headers, { authorization: basic('root') }]) {
    const response = await read(credentials);
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8']);
    expect(readMetrics(await response.text()).get('haas_database_up')?.samples).toMatchObject([{ value: 1 }]);
  }
  const wrong = { authorization: basic('root', 'wrong') };
  for (const credentials of [{}, wrong, { authorization: basic('ada') }]) {
    const response = await read(credentials);
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ type: 'AuthorizationError', request_id: expect.any(String) });
  }
});

test('requests are counted by operation and class of status, never by path, and refusals by their code', async (t) => {
  const w = await makeWorld(t);
  const api = await watchedApi(t, w);
  for (const node of ['n1', 'n2', 'n3']) expect(await api.request('root', 'GET', `/v0/node/${node}`)).toBe(404);
  expect(await api.request('root', 'GET', '/v0/projects')).toBe(200);
  expect(await api.request('root', 'GET', '/v0/no/such/path')).toBe(404);
  expect(await api.request(null, 'GET', '/v0/projects')).toBe(401);
  expect((await fetch(`${api.url}/v0/projects`, { headers: { padding: 'x'.repeat(17_000) } })).status).toBe(431);
  const metrics = await api.metrics();
  const requests = (operation: string, status: string) =>
    metricValue(metrics, 'haas_api_request_duration_seconds_count', { operation, status });
  expect(requests('show_node', '4xx')).toBe(3);
  expect(requests('list_projects', '2xx')).toBe(1);
  expect(requests('list_projects', '4xx')).toBe(1);
  expect(requests('none', '4xx')).toBe(1);
  const refusals = (code: string) => metricValue(metrics, 'haas_api_refusals_total', { code });
  expect(['unknown_node', 'unknown_path', 'not_authenticated', 'headers_too_large'].map(refusals)).toEqual([3, 1, 1, 1]);
  expect(JSON.stringify([...metrics])).not.toMatch(/n1|no\/such/);
  expect(metricValue(metrics, 'haas_api_requests_in_flight')).toBe(0);
  // The upkeep of the host has some of its own.
  const transactions = async (state: string) => metricValue(await api.metrics(), 'haas_api_transactions', { state });
  await until(async () => (await transactions('waiting')) === 0 && (await transactions('running')) === 0, 'none is under way');
  expect(metricValue(metrics, 'haas_api_transactions_limit')).toBe(4);
  expect(metricValue(metrics, 'nodejs_eventloop_lag_seconds')).toBeGreaterThanOrEqual(0);
});

test('what the database knows is told: commands, agents, ports, switches, VLANs, logins, consoles, the audit', async (t) => {
  const w = await makeWorld(t);
  await mockSwitch(w, 'sw2');
  await cabledNode(w, 'n1');
  await drivenNode(w, 'n2');
  await reserve(w, 'n2', 'blue');
  await w.arrange('PUT', '/node/n2/console');
  await w.arrange('PUT', '/network/lan', { owner: 'blue', access: 'blue', net_id: '' });
  await w.finish(await w.arrange('POST', '/switch/sw1/port/gi1/0/1/revert'), 'unknown');
  await w.arrange('POST', '/switch/sw1/port/gi1/0/1/revert');
  await w.sql`update commands set queued_at = now() - interval '1 minute' where kind = 'port.set'`;
  await w.sql`
    update ports set suspect_since = now() - interval '10 minutes', suspect_vlans = suspect_vlans || '{200}'::smallint[]
      where suspect_since is not null`;
  await w.sql`update devices set unsaved_since = now() - interval '20 minutes' where label like 'switch/%'`;
  await w.sql`update switches set settings = settings || '{"save": false}' where label = 'sw2'`;
  await w.sql`update agents set last_seen_at = now() - interval '90 seconds', version = '1.2.3'`;
  await w.sql`insert into audit (event, at) values ('test', now() - interval '1 hour')`;
  await w.call('root', 'GET', '/projects', undefined, { authorization: basic('root', 'wrong') });

  // The entry waits for as long as this holds the chain.
  const api = await w.sql.begin(async (tx) => {
    await tx`lock table audit in share mode`;
    const opened = await watchedApi(t, w);
    const metrics = await opened.metrics();
    const about = (name: string, value: number) =>
      expect(Math.abs(Number(metricValue(metrics, name)) - value), name).toBeLessThan(60);
    const has = (name: string, labels: Record<string, string>, value: number | undefined) =>
      expect(metricValue(metrics, name, labels), `${name} ${JSON.stringify(labels)}`).toBe(value);
    has('haas_commands', { kind: 'port.set', status: 'queued' }, 1);
    has('haas_commands', { kind: 'headnode.start', status: 'running' }, 0);
    about('haas_commands_oldest_seconds', 60);
    has('haas_commands_ended', { status: 'unknown', reason: 'unproven' }, 1);
    has('haas_device_backlog', { device: 'switch/sw1' }, 1);
    has('haas_devices_with_backlog', {}, 2);
    has('haas_suspect_ports', { switch: 'sw1' }, 1);
    about('haas_suspect_ports_oldest_seconds', 600);
    expect(metricValue(metrics, 'haas_unsaved_switch_seconds', { switch: 'sw1' })).toBeGreaterThan(1199);
    has('haas_unsaved_switch_seconds', { switch: 'sw2' }, undefined);
    has('haas_vlans', { state: 'used' }, 1);
    has('haas_vlans', { state: 'free' }, 898);
    has('haas_vlans', { state: 'suspect' }, 1);
    has('haas_nodes', { state: 'free' }, 1);
    has('haas_nodes', { state: 'reserved' }, 1);
    has('haas_agents_up', { agent: 'rack-1' }, 0);
    has('haas_agents_info', { agent: 'rack-1', version: '1.2.3' }, 1);
    has('haas_agents_backlog', { agent: 'rack-1' }, 2);
    expect(metricValue(metrics, 'haas_agents_unseen_seconds', { agent: 'rack-1' })).toBeGreaterThan(89);
    has('haas_failed_logins', {}, 1);
    has('haas_consoles', { state: 'opening' }, 1);
    expect(metricValue(metrics, 'haas_audit_unchained')).toBeGreaterThan(1);
    expect(metricValue(metrics, 'haas_audit_unchained_oldest_seconds')).toBeGreaterThan(3599);
    expect(metricValue(metrics, 'haas_database_connections', { program: 'haas api' })).toBeGreaterThan(0);
    expect(Math.abs(Number(metricValue(metrics, 'haas_api_clock_difference_seconds')))).toBeLessThan(5);
    return opened;
  });

  // However many ask, the database is not asked again so soon.
  await w.sql`update agents set last_seen_at = now()`;
  const all = await Promise.all(Array.from({ length: 20 }, () => api.metrics()));
  expect(all.map((metrics) => metricValue(metrics, 'haas_agents_up', { agent: 'rack-1' }))).toEqual(Array(20).fill(0));
});
