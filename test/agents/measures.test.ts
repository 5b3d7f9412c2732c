import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { readConfig } from '../../agents/config.ts';
import { DeviceError } from '../../agents/device-error.ts';
import { refusalReasons } from '../../db/commands/outcome.ts';
import { makeAgentSite, stateFolder, until } from '../support/agent-site.ts';
import { metricValue, readMetrics } from '../support/metrics.ts';
import { startProxy } from '../support/tcp-proxy.ts';

const readiness = z.object({ ready: z.boolean(), checks: z.record(z.string(), z.string()) });
const local = { hostname: '127.0.0.1', port: 0 };

/** What is at the address of an agent that can be watched. */
function watch(port: number) {
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    metrics: async () => readMetrics(await (await fetch(`${url}/metrics`)).text()),
    async ready() {
      const response = await fetch(`${url}/readyz`);
      const { ready, checks } = readiness.parse(await response.json());
      expect(response.status).toBe(ready ? 200 : 503);
      return { ready, checks };
    },
  };
}

test('an agent tells what it did: sessions, commands by outcome, refusals, times, claims, restores, saves', async (t) => {
  const site = await makeAgentSite(t);
  let isFull = true;
  site.switches.interfere = ({ what, port }) => {
    if (what === 'set' && port === 'gi1/0/9') throw new DeviceError('refused', 'no such VLAN');
    if (what === 'save' && isFull) throw new DeviceError('refused', 'flash is full');
  };
  const agent = await site.start({
    monitoring: local,
    timing: { saveAfter: 10, backOff: { first: 20, last: 50 } },
    version: '1.2.3',
  });
  const { metrics } = watch(agent.monitoringPort ?? 0);
  const before = await metrics();
  for (const reason of Object.keys(refusalReasons)) expect(metricValue(before, 'haas_agent_refusals_total', { reason })).toBe(0);

  const done = await site.queue();
  const failed = await site.queue({ port: 'gi1/0/9' });
  const forged = await site.queue({ signed: { agent: 'rack-2' } });
  for (const id of [done, failed, forged]) await site.ended(id);
  await until(async () => Number(metricValue(await metrics(), 'haas_agent_save_failures_total')) > 0, 'a save fails');
  const during = await metrics();
  expect(metricValue(during, 'haas_agent_devices_held', { kind: 'switch' })).toBe(1);
  expect(metricValue(during, 'haas_agent_sessions_total', { type: 'mock' })).toBeGreaterThan(0);
  isFull = false;
  const after = await until(async () => {
    const now = await metrics();
    return metricValue(now, 'haas_agent_sessions_open', { type: 'mock' }) === 0 ? now : undefined;
  }, 'the switch is saved and let go');

  const has = (name: string, labels: Record<string, string>, value: number) =>
    expect(metricValue(after, name, labels), `${name} ${JSON.stringify(labels)}`).toBe(value);
  has('haas_agent_info', { agent: 'rack-1', version: '1.2.3' }, 1);
  has('haas_agent_commands_total', { kind: 'port.set', outcome: 'done' }, 1);
  has('haas_agent_commands_total', { kind: 'port.set', outcome: 'failed' }, 1);
  has('haas_agent_commands_total', { kind: 'port.set', outcome: 'refused' }, 1);
  has('haas_agent_refusals_total', { reason: 'wrong-agent' }, 1);
  has('haas_agent_failures_total', { reason: 'device-refused' }, 1);
  has('haas_agent_command_wait_seconds_count', {}, 2);
  has('haas_agent_command_duration_seconds_count', { kind: 'switch' }, 3);
  has('haas_agent_commands_waiting', {}, 0);
  has('haas_agent_trusted_keys', {}, 1);
  has('haas_agent_database_up', {}, 1);
  has('haas_agent_journal_failures_total', {}, 0);
  has('haas_agent_leases_lost_total', {}, 0);
  expect(metricValue(after, 'haas_agent_claims_total', { kind: 'switch' })).toBeGreaterThan(0);
  expect(Math.abs(Number(metricValue(after, 'haas_agent_clock_difference_seconds')))).toBeLessThan(5);
  expect(metricValue(after, 'process_cpu_seconds_total')).toBeGreaterThan(0);
  expect(JSON.stringify([...after])).not.toMatch(/sw-1|gi1|sesame/);
});

test('an agent is ready while it can take commands, and lives while it cannot', async (t) => {
  const site = await makeAgentSite(t);
  const proxy = await startProxy(t, Number(new URL(site.config.url).port));
  const timing = { poll: 50, beat: 50, databaseSilence: 1000 };
  const agent = await site.start({ monitoring: local, url: proxy.url(site.config.url), timing });
  const { url, ready } = watch(agent.monitoringPort ?? 0);
  const fine = { database: 'ok', keys: 'ok', enrolled: 'ok', claims: 'ok', running: 'ok' };
  await until(async () => (await ready()).ready, 'it is ready');
  expect((await ready()).checks).toEqual(fine);
  expect((await fetch(`${url}/nothing`)).status).toBe(404);
  expect((await fetch(`${url}/metrics`, { method: 'POST' })).status).toBe(404);

  const trusted = join(site.stateDir, 'trusted-keys.json');
  const kept = readFileSync(trusted);
  rmSync(trusted);
  const keyless = await until(async () => {
    const { ready: isReady, checks } = await ready();
    return !isReady && checks['claims'] !== 'ok' ? checks : undefined;
  }, 'it takes nothing without keys');
  expect(keyless).toMatchObject({ keys: expect.stringContaining('trusted-keys.json'), enrolled: 'ok', running: 'ok' });
  writeFileSync(trusted, kept, { mode: 0o600 });
  await until(async () => (await ready()).ready, 'it is ready with keys');

  await proxy.away();
  await until(async () => (await ready()).checks['database'] !== 'ok', 'the database is away');
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  await proxy.back();
  await until(async () => (await ready()).ready, 'it is ready again');
  await agent.stop();
  await expect(fetch(`${url}/healthz`)).rejects.toThrow('fetch failed');
});

test('where an agent can be watched is an address with a port', (t) => {
  const env = { HAAS_AGENT_URL: 'postgres://a@b/c', HAAS_AGENT_STATE_DIR: stateFolder(t) };
  const read = (address: string) => readConfig({ ...env, HAAS_AGENT_METRICS_LISTEN: address }).monitoring;
  expect(readConfig(env).monitoring).toBeUndefined();
  expect(read('[::1]:9101')).toEqual({ hostname: '::1', port: 9101 });
  expect(read('10.0.0.7:0')).toEqual({ hostname: '10.0.0.7', port: 0 });
  for (const address of ['5000', 'host', '127.0.0.1:99999', ':1', '127.0.0.1:']) {
    expect(() => read(address), address).toThrow('HAAS_AGENT_METRICS_LISTEN must be an address such as 127.0.0.1:9101');
  }
});
