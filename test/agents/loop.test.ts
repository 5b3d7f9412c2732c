import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { type AgentSite, makeAgentSite, stateFolder, until } from '../support/agent-site.ts';
import { startProxy } from '../support/tcp-proxy.ts';

describe('the loop', () => {
  test('takes a command as soon as it is queued, without a poll', async (t) => {
    const site = await makeAgentSite(t);
    await site.start({ timing: { poll: 60_000 } });
    for (const label of ['sw-1', 'sw-2', 'sw-1'])
      expect(await site.ended(await site.queue({ switch: label }), 2000)).toMatchObject({ status: 'done' });
  });

  test('takes what was queued before it was there, and while its device was being given back', async (t) => {
    const site = await makeAgentSite(t);
    const early = await site.queue();
    await site.start({ timing: { poll: 60_000, idle: 5, saveAfter: 0 } });
    expect(await site.ended(early, 2000)).toMatchObject({ status: 'done' });
    for (let times = 0; times < 40; times += 1) {
      expect(await site.ended(await site.queue(), 2000)).toMatchObject({ status: 'done' });
      // Into the very moment of the release, sooner or later.
      await new Promise((resolve) => setTimeout(resolve, times / 4));
    }
  });

  test('eight processes and three switches: never two sessions on one, every command once, in order', async (t) => {
    const site = await makeAgentSite(t);
    // Each with a state folder of its own, so that nothing but the leases keeps them apart.
    const processes = Array.from({ length: 8 }, () =>
      site.start({ stateDir: stateFolder(t), timing: { idle: 1, poll: 20, saveAfter: 0 } }),
    );
    await Promise.all(processes);
    site.switches.interfere = () => new Promise((resolve) => setTimeout(resolve, Math.random() * 3));
    const ids: string[] = [];
    for (let index = 0; index < 90; index += 1)
      ids.push(await site.queue({ switch: `sw-${index % 3}`, port: `gi1/0/${index + 1}` }));
    for (const id of ids) expect(await site.ended(id, 20_000)).toMatchObject({ status: 'done', attempt: 1 });
    expect(site.switches.mostSessions).toBe(1);
    expect(site.switches.count('open')).toBeGreaterThan(3);
    for (const label of ['sw-0', 'sw-1', 'sw-2']) {
      const set = site.switches.calls
        .filter((call) => call.what === 'set' && call.label === label)
        .map(({ port }) => Number(port?.split('/')[2]));
      expect(set).toEqual(Array.from({ length: 30 }, (_, index) => index * 3 + Number(label.slice(3)) + 1));
    }
  });

  test('a switch that hangs delays no other switch', async (t) => {
    const site = await makeAgentSite(t);
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    site.switches.interfere = ({ label, what }) => (label === 'sw-1' && what === 'set' ? held : undefined);
    await site.start();
    const slow = await site.queue();
    const others = await Promise.all(['sw-2', 'sw-3', 'sw-4'].map((label) => site.queue({ switch: label })));
    for (const id of others) expect(await site.ended(id, 2000)).toMatchObject({ status: 'done' });
    expect(await site.command(slow)).toMatchObject({ status: 'running' });
    release();
    expect(await site.ended(slow)).toMatchObject({ status: 'done' });
  });
});

describe('a command of which nobody told', () => {
  // Long kept, and neither polled for nor asked after unless the test says so.
  const quiet = { idle: 60_000, poll: 60_000, beat: 60_000 };

  /** Queues a command without a word to the agent, as when the database goes down just after. */
  async function queueSilently(site: AgentSite): Promise<string> {
    await site.sql`alter table commands disable trigger commands_queued`;
    const id = await site.queue({ port: 'gi1/0/2' });
    await site.sql`alter table commands enable trigger commands_queued`;
    return id;
  }

  test('is found by the poll on a device that is held already', async (t) => {
    const site = await makeAgentSite(t);
    await site.start({ timing: { ...quiet, poll: 100 } });
    await site.ended(await site.queue());
    expect(await site.ended(await queueSilently(site), 5000)).toMatchObject({ status: 'done' });
    expect(site.switches.count('open')).toBe(1);
  });

  test('is found on a device that is held already when the channel is heard again', async (t) => {
    const site = await makeAgentSite(t);
    await site.start({ timing: quiet });
    await site.ended(await site.queue());
    const id = await queueSilently(site);
    await site.sql`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = ${site.database.name} and application_name = 'haas agent wake'`;
    expect(await site.ended(id, 10_000)).toMatchObject({ status: 'done' });
    expect(site.switches.count('open')).toBe(1);
  });
});

/** Cuts every connection of the agent. */
async function cut(site: AgentSite): Promise<void> {
  await site.sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = ${site.database.name} and application_name like 'haas agent%'`;
}

describe('when its connections are cut, the loop', () => {
  test('finishes what it was doing, and settles it', async (t) => {
    const site = await makeAgentSite(t);
    site.switches.interfere = async ({ what }) => {
      if (what === 'read') await cut(site);
    };
    await site.start();
    const ids = await Promise.all(Array.from({ length: 5 }, (_, index) => site.queue({ port: `gi1/0/${index + 1}` })));
    for (const id of ids) expect(await site.ended(id)).toMatchObject({ status: 'done', attempt: 1 });
    expect(site.switches.count('set')).toBe(5);
  });

  test('hears again what is queued, and what was queued in between', async (t) => {
    const site = await makeAgentSite(t);
    await site.start({ timing: { poll: 60_000, beat: 300 } });
    await site.ended(await site.queue());
    for (let times = 0; times < 5; times += 1) {
      await cut(site);
      expect(await site.ended(await site.queue({ switch: `sw-${times}` }), 5000)).toMatchObject({ status: 'done' });
    }
  });

  test('notices that it hears nothing any more although it is connected', async (t) => {
    const site = await makeAgentSite(t);
    await site.start({ timing: { poll: 60_000, beat: 200 } });
    // A connection that lives and no longer listens, as behind a proxy that gave it another server.
    const listening = async () =>
      (
        await site.sql`select pid from pg_stat_activity where datname = ${site.database.name} and application_name = 'haas agent wake'`
      ).map((row) => Number(row['pid']));
    const [before] = await until(async () => ((await listening()).length > 0 ? listening() : undefined), 'the listener');
    await site.sql`select pg_terminate_backend(${before ?? 0})`;
    await until(async () => (await listening()).some((pid) => pid !== before), 'another listener');
    expect(await site.ended(await site.queue({ switch: 'sw-9' }), 3000)).toMatchObject({ status: 'done' });
  });
});

describe('behind a network that breaks, the loop', () => {
  const timing = { poll: 100, beat: 200, databaseSilence: 300 };

  test('gives up connections that say nothing any more, and goes on with new ones', async (t) => {
    const site = await makeAgentSite(t);
    const proxy = await startProxy(t, Number(new URL(site.config.url).port));
    await site.start({ url: proxy.url(site.config.url), timing });
    await site.ended(await site.queue());
    proxy.silence();
    expect(await site.ended(await site.queue({ switch: 'sw-2' }), 5000)).toMatchObject({ status: 'done' });
  });

  test('listens anew when the connection on which it listens says nothing any more', async (t) => {
    const site = await makeAgentSite(t);
    const proxy = await startProxy(t, Number(new URL(site.config.url).port));
    await site.start({ url: proxy.url(site.config.url), timing: { ...timing, poll: 60_000 } });
    await site.ended(await site.queue());
    proxy.silence();
    const listeners = () =>
      site.sql`select from pg_stat_activity where datname = ${site.database.name} and query ilike 'listen%'`;
    await until(async () => (await listeners()).length > 1, 'another listener');
    expect(await site.ended(await site.queue({ switch: 'sw-2' }), 5000)).toMatchObject({ status: 'done' });
  });

  test('takes a device again that was given to it in an answer that never came', async (t) => {
    const site = await makeAgentSite(t);
    // Claims stop here while the test has the lock, and are through when it lets go, whether or not anybody still listens.
    await site.sql.unsafe(`
      create function stop_here() returns trigger language plpgsql as 'begin perform pg_advisory_xact_lock(1); return new; end';
      create trigger stop_here before update of lease_holder on devices
        for each row when (new.lease_holder is not null) execute function stop_here()`);
    const gate = await site.sql.reserve();
    await gate`select pg_advisory_lock(1)`;
    const proxy = await startProxy(t, Number(new URL(site.config.url).port));
    const id = await site.queue();
    await site.start({ url: proxy.url(site.config.url), timing: { ...timing, databaseSilence: 1000 } });
    await until(
      async () => (await site.sql`select from pg_locks where locktype = 'advisory' and not granted`).length > 0,
      'a claim under way',
    );
    proxy.silence();
    await gate`select pg_advisory_unlock(1)`;
    gate.release();
    await until(async () => (await site.sql`select from devices where lease_holder is not null`).length > 0, 'the claim');
    expect(await site.command(id)).toMatchObject({ status: 'running', attempt: 1 });
    expect(await site.ended(id, 10_000)).toMatchObject({ status: 'done', attempt: 2 });
    expect(site.switches.count('set')).toBe(1);
  });

  test('goes on after the database was away, and settles what it had done meanwhile', async (t) => {
    const site = await makeAgentSite(t);
    const proxy = await startProxy(t, Number(new URL(site.config.url).port));
    let cutOff: Promise<void> | undefined;
    site.switches.interfere = ({ what }) => {
      if (what === 'read') cutOff ??= proxy.away();
      return cutOff;
    };
    const said: string[] = [];
    const log = pino({ level: 'warn' }, { write: (line) => void said.push(line) });
    await site.start({ url: proxy.url(site.config.url), timing, log });
    const during = await site.queue();
    await until(() => cutOff !== undefined, 'the port to be read back');
    await cutOff;
    expect(await site.command(during)).toMatchObject({ status: 'running' });
    const after = await site.queue({ switch: 'sw-2' });
    await until(() => said.some((line) => line.includes('the database does not answer')), 'the agent to notice');
    await proxy.back();
    expect(await site.ended(during)).toMatchObject({ status: 'done', attempt: 1 });
    expect(await site.ended(after)).toMatchObject({ status: 'done' });
    expect(site.switches.calls.filter(({ what, label }) => what === 'set' && label === 'sw-1')).toHaveLength(1);
  });
});

test('an agent that is not enrolled yet waits for it', async (t) => {
  const site = await makeAgentSite(t);
  await site.sql`update agents set login = 'somebody-else'`;
  const starting = site.start();
  await until(
    async () =>
      (await site.sql`select from pg_stat_activity where usename = 'haas_agent_rack_1' and query like '%agent_hello%'`).length >
      0,
    'the agent to introduce itself',
  );
  await site.sql`update agents set login = 'haas_agent_rack_1'`;
  await starting;
  expect(await site.ended(await site.queue())).toMatchObject({ status: 'done' });
  expect((await site.sql`select version, last_seen_at is not null as seen from agents`)[0]).toEqual({
    version: '0.1.0',
    seen: true,
  });
});
