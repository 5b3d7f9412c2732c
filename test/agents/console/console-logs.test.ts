import { pino } from 'pino';
import { describe, expect, type TestContext, test } from 'vitest';
import { ConsoleLogs, type LogPace } from '../../../agents/console/console-logs.ts';
import { Database } from '../../../agents/database.ts';
import type { Claim } from '../../../db/commands/claim.ts';
import { hold } from '../../../db/commands/hold.ts';
import { type ConsoleSite, makeConsoleSite } from '../../support/console-site.ts';
import { until } from '../../support/until.ts';

const silent = pino({ level: 'silent' });

/** A site, and a database that counts requests and can be made to fail before or after one was carried out. */
async function bench(t: TestContext, pace: Partial<LogPace> = {}) {
  const site = await makeConsoleSite(t);
  const real = new Database(site.config.url, 5000, silent);
  t.onTestFinished(() => real.close());
  const trouble = { before: 0, after: 0, requests: 0, underWay: 0, mostAtOnce: 0 };
  const database: Pick<Database, 'call'> = {
    async call(request) {
      trouble.requests += 1;
      trouble.underWay += 1;
      trouble.mostAtOnce = Math.max(trouble.mostAtOnce, trouble.underWay);
      try {
        if (trouble.before-- > 0) throw new Error('it is away');
        const answer = await real.call(request);
        if (trouble.after-- > 0) throw new Error('the answer was lost');
        return answer;
      } finally {
        trouble.underWay -= 1;
      }
    },
  };
  const logs = new ConsoleLogs(database, silent, pace);
  const held = async (node: string): Promise<Claim> => {
    await site.sql`
      insert into devices (label, agent_id) select ${`console/${node}`}, id from agents where label = 'rack-1' on conflict do nothing`;
    const claim = await real.call((connection) => hold(connection, `console/${node}`, 'test', { lease: 30, grace: 0 }));
    if (!claim) throw new Error(`console/${node} is not to be had`);
    return claim;
  };
  const attach = async (node: string, texts: { console?: number; claim?: Claim; nextSeq?: number } = {}) => {
    const { console = await site.reserve(node), claim = await held(node), nextSeq = 1 } = texts;
    let isLetGo = false;
    const log = logs.attach({
      held: claim,
      console,
      nextSeq,
      onLetGo: () => {
        isLetGo = true;
      },
    });
    t.onTestFinished(() => log.close());
    return { log, console, claim, isLetGo: () => isLetGo };
  };
  return { site, trouble, held, attach };
}

const shows = (site: ConsoleSite, console: number, text: string) =>
  until(async () => (await site.text(console)) === text, `the log to be ${text.slice(0, 200)}`, 5000);

describe('the logs of the consoles of a process', () => {
  test('are told together, one request at a time', async (t) => {
    const { site, trouble, attach } = await bench(t);
    const open = await Promise.all(['n1', 'n2', 'n3', 'n4'].map((node) => attach(node)));
    const { requests } = trouble;
    for (let round = 0; round < 100; round += 1)
      for (const { log, console } of open) log.write(Buffer.from(`${console};`), new Date());
    for (const { console } of open) await shows(site, console, `${console};`.repeat(100));
    expect(trouble.mostAtOnce).toBe(1);
    expect(trouble.requests - requests).toBeLessThan(8);
  });

  test('keep what was sent until it was answered, whatever becomes of requests', async (t) => {
    const { site, trouble, attach } = await bench(t, { usual: 5 });
    const a = await attach('n1');
    const b = await attach('n2');
    let [textA, textB] = ['', ''];
    for (let round = 0; round < 12; round += 1) {
      if (round % 7 === 0) trouble.before = 2;
      if (round % 5 === 0) trouble.after = 2;
      a.log.write(Buffer.from(`a${round} `), new Date());
      b.log.write(Buffer.from(`b${round} `), new Date());
      textA += `a${round} `;
      textB += `b${round} `;
      const { requests } = trouble;
      await until(() => trouble.requests > requests, 'the next request');
    }
    await Promise.all([a.log.drained(t.signal), b.log.drained(t.signal)]);
    expect([await site.text(a.console), await site.text(b.console)]).toEqual([textA, textB]);
  });

  test('get through when one of them is the trouble', async (t) => {
    const { site, attach } = await bench(t, { usual: 5 });
    const poison = await attach('n1');
    const sound = await attach('n2');
    // No text of Postgres holds it, and nobody who tells a log passes it on.
    poison.log.mark('\u0000', new Date());
    for (let round = 0; round < 3; round += 1) {
      sound.log.write(Buffer.from(`${round}`), new Date());
      await shows(site, sound.console, '012'.slice(0, round + 1));
    }
    expect(await site.text(poison.console)).toBe('');
  });

  test('let go what was released, and throw away what nobody may see', async (t) => {
    const { site, trouble, attach } = await bench(t);
    const a = await attach('n1');
    const b = await attach('n2');
    a.log.write(Buffer.from('before'), new Date());
    await a.log.drained(t.signal);
    trouble.before = 1;
    a.log.write(Buffer.from('after'), new Date());
    b.log.write(Buffer.from('b'), new Date());
    await site.free('n1');
    await until(a.isLetGo, 'the console to be let go');
    await a.log.drained(t.signal);
    a.log.write(Buffer.from('much later'), new Date());
    await shows(site, b.console, 'b');
    expect(await site.text(a.console)).toBe('before');
    expect(b.isLetGo()).toBe(false);
  });

  test('let go what was released while it was quiet', async (t) => {
    const { site, attach } = await bench(t, { quiet: 50 });
    const a = await attach('n1');
    await site.free('n1');
    await until(a.isLetGo, 'the console to be let go');
  });

  test('let go what another process holds', async (t) => {
    const { site, attach, held } = await bench(t, { quiet: 50 });
    const a = await attach('n1');
    await site.sql`update devices set lease_holder = null, lease_until = null`;
    await held('n1');
    a.log.write(Buffer.from('stale'), new Date());
    await until(a.isLetGo, 'the console to be let go');
    expect(await site.text(a.console)).toBe('');
  });

  test('go on after a lost lease with what was not told, if nobody held the device since', async (t) => {
    const { site, trouble, attach, held } = await bench(t, { usual: 1 });
    const free = () => site.sql`update devices set lease_holder = null, lease_until = null`;
    const a = await attach('n1');
    a.log.write(Buffer.from('one '), new Date());
    await a.log.drained(t.signal);
    trouble.after = 1;
    a.log.write(Buffer.from('two '), new Date());
    await shows(site, a.console, 'one two ');
    trouble.before = 1000;
    a.log.write(Buffer.from('three '), new Date());
    a.log.leave();
    trouble.before = 0;
    await free();
    const again = await attach('n1', { console: a.console, claim: await held('n1'), nextSeq: 3 });
    expect(again.log.goesOnFrom).toBeInstanceOf(Date);
    again.log.write(Buffer.from('four '), new Date());
    await shows(site, a.console, 'one two three four ');

    trouble.before = 1000;
    again.log.write(Buffer.from('five '), new Date());
    again.log.leave();
    trouble.before = 0;
    await free();
    await held('n1');
    await free();
    const later = await attach('n1', { console: a.console, claim: await held('n1'), nextSeq: 5 });
    expect(later.log.goesOnFrom).toBeUndefined();
    later.log.write(Buffer.from('six'), new Date());
    await shows(site, a.console, 'one two three four six');
  });

  test('tell only the latest of how it stands with a line', async (t) => {
    const { site, attach } = await bench(t);
    const { log, console } = await attach('n1');
    log.tellLine('down', 'no answer', new Date());
    await log.drained(t.signal);
    expect(await site.line(console)).toEqual({ state: 'down', problem: 'no answer' });
    log.tellLine('opening', null, new Date());
    log.tellLine('open', null, new Date());
    await log.drained(t.signal);
    expect(await site.line(console)).toEqual({ state: 'open', problem: null });
  });

  test('follow the fingers of who types', async (t) => {
    // Each of these would wait for a minute otherwise.
    const { site, attach } = await bench(t, { usual: 60_000 });
    const { log, console } = await attach('n1');
    log.hurry();
    for (let key = 0; key < 20; key += 1) {
      log.write(Buffer.from(String(key % 10)), new Date());
      await log.drained(t.signal);
    }
    await shows(site, console, '01234567890123456789');
  });
});
