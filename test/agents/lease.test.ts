import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { makeAgentSite, until } from '../support/agent-site.ts';
import { silence } from '../support/memory-switch.ts';

/** Leases so short that losing one is part of a test. */
const short = { lease: 1500, grace: 500, margin: 400, poll: 100 };

describe('a lease', () => {
  test('that a stalled process cannot renew ends its session in time; the successor waits, and looks before it writes', async (t) => {
    const site = await makeAgentSite(t);
    const closed: number[] = [];
    site.switches.interfere = async ({ what, session }, signal) => {
      if (what !== 'set' || session !== 1) return;
      signal.addEventListener('abort', () => closed.push(Date.now()));
      await silence(signal);
    };
    const id = await site.queue();
    await site.start({ timing: short });
    await until(() => site.switches.count('set') === 1, 'the first process at work');
    // Whoever renews this lease waits for this lock, as on a network that has stopped.
    const lock = await site.sql.reserve();
    await lock`begin`;
    const [device] = await lock<{ lease_until: Date }[]>`select lease_until from devices for update`;
    const until1 = device?.lease_until.getTime() ?? 0;
    await until(() => closed.length > 0, 'the end of the first session');
    await lock`commit`;
    lock.release();
    expect(closed[0]).toBeLessThan(until1);
    expect(await site.command(id)).toMatchObject({ status: 'running', result: null });

    expect(await site.ended(id)).toMatchObject({ status: 'done', attempt: 2 });
    expect(site.switches.calls.map(({ session, what }) => `${session} ${what}`).slice(0, 6)).toEqual([
      '1 open',
      '1 set',
      '1 close',
      '2 open',
      '2 read',
      '2 set',
    ]);
    expect(site.switches.mostSessions).toBe(1);
  });

  test('that was given to somebody else settles nothing', async (t) => {
    const site = await makeAgentSite(t);
    site.switches.interfere = async ({ what, session }) => {
      if (what === 'read' && session === 1) {
        await site.sql`update devices set fence = fence + 1, lease_holder = 'somebody', lease_until = now() + interval '1 hour'`;
      }
    };
    const id = await site.queue();
    await site.start({ timing: short });
    await until(() => site.switches.count('close') === 1, 'the end of the session');
    expect(await site.command(id)).toMatchObject({ status: 'running', result: null });
    // The outcome was written down: whoever holds the device next settles it, and sends nothing.
    await site.sql`update devices set lease_holder = null, lease_until = null`;
    expect(await site.ended(id)).toMatchObject({ status: 'done' });
    expect(site.switches.count('set')).toBe(1);
  });

  test('that is forged does not bring a second process of this host to the switch', async (t) => {
    const site = await makeAgentSite(t);
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    site.switches.interfere = ({ what, session }) => (what === 'set' && session === 1 ? held : undefined);
    const id = await site.queue();
    // It must be the second one that the database gives the device to.
    await site.start({ timing: { ...short, lease: 4000, poll: 60_000 } });
    await until(() => site.switches.count('set') === 1, 'the first process at work');
    const said: string[] = [];
    const log = pino({ level: 'warn' }, { write: (line) => void said.push(line) });
    await site.start({ log, timing: { ...short, lease: 4000 } });
    await site.sql`update devices set lease_holder = null, lease_until = null`;
    await until(
      () => said.some((line) => line.includes('another process of this host')),
      'the second process to find the device taken',
    );
    expect(site.switches.count('open')).toBe(1);
    release();
    expect(await site.ended(id)).toMatchObject({ status: 'done' });
    expect(site.switches.mostSessions).toBe(1);
  });
});
