import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { BmcError } from '../../../agents/drivers/bmc/bmc-error.ts';
import { openConsoles } from '../../../agents/journal-folder.ts';
import { startAgentProcess } from '../../support/agent-process.ts';
import { type ConsoleSite, makeConsoleSite } from '../../support/console-site.ts';
import { startProxy } from '../../support/tcp-proxy.ts';
import { until } from '../../support/until.ts';

async function shows(site: ConsoleSite, console: number, text: string): Promise<void> {
  await until(async () => (await site.text(console)).length >= text.length, 'the log to be long enough', 5000).catch(() => {});
  expect(await site.text(console)).toBe(text);
}

const isIdle = (site: ConsoleSite) =>
  until(
    async () => (await site.sql`select from devices where lease_holder is not null`).length === 0,
    'the release of the device',
  );

describe('a console', () => {
  test('that is opened is held, and what it says is logged with the time', async (t) => {
    const site = await makeConsoleSite(t);
    await site.startWith();
    const console = await site.reserve('n1');
    const began = Date.now();
    const id = await site.openConsole('n1', console);
    expect(await site.ended(id)).toMatchObject({ status: 'done', result: { console } });
    await until(async () => (await site.line(console)).state === 'open', 'the console to be open');
    site.consoles.node('n1').print('login: ');
    await shows(site, console, 'login: ');
    const [piece] = await site.pieces(console);
    expect(piece?.seq).toBe(1);
    expect(piece?.at.getTime()).toBeGreaterThanOrEqual(began);
    expect(piece?.at.getTime()).toBeLessThanOrEqual(Date.now());
    expect(await site.sql`select from devices where label = 'console/n1' and lease_holder is not null`).toHaveLength(1);
  });

  test('is opened again for ever, and every gap is marked', async (t) => {
    const site = await makeConsoleSite(t);
    await site.startWith();
    const console = await site.opened('n1');
    const machine = site.consoles.node('n1');
    for (let drop = 1; drop <= 3; drop += 1) {
      machine.print(`before ${drop}\n`);
      const { openings } = machine;
      machine.drop();
      machine.print('nobody hears this\n');
      await until(() => machine.openings > openings && machine.isOpen, 'the next opening');
    }
    machine.print('after\n');
    await shows(site, console, 'before 1\n[gap]before 2\n[gap]before 3\n[gap]after\n');
    const [gap] = (await site.pieces(console)).flatMap((piece) => piece.gap ?? []);
    expect(gap).toMatch(/^\d{4}-\d\d-\d\dT[\d:]{8}Z to \d{4}-\d\d-\d\dT[\d:]{8}Z: the BMC closed the session$/);
  });

  test('says why it is down, and tries a wrong password only now and then', async (t) => {
    const site = await makeConsoleSite(t);
    await site.startWith({ timing: { backOff: { first: 10, last: 60_000 } } });
    const console = await site.reserve('n1');
    const machine = site.consoles.node('n1');
    machine.opening = () => {
      throw new BmcError('wrong-password', 'n1: the BMC knows the user by another password than sesame');
    };
    await site.openConsole('n1', console);
    await until(async () => (await site.line(console)).state === 'down', 'the console to be down');
    expect(await site.line(console)).toEqual({
      state: 'down',
      problem: 'n1: the BMC knows the user by another password than ***',
    });
    machine.opening = () => {};
    // This waits many times as long as any other problem would take to be tried again.
    expect(await site.ended(await site.typeAt('n1', console, 'x'))).toMatchObject({ status: 'failed', reason: 'interrupted' });
    expect(machine.openings).toBe(1);
    // Whoever else wants it does not have us knock any sooner: BMCs lock users out for that.
    await site.ended(await site.openConsole('n1', console));
    expect(machine.openings).toBe(1);
    // To be entered in another way: at once.
    await site.openConsole('n1', console, { settings: { cipher_suite: 17 } });
    await until(async () => (await site.line(console)).state === 'open', 'the console to be open');
    machine.print('hello');
    await shows(site, console, '[gap]hello');
    expect((await site.pieces(console))[0]?.gap).toContain('another password');
  });

  test('that hangs while it is opened is given up and tried again', async (t) => {
    const site = await makeConsoleSite(t);
    await site.startWith({ timing: { console: { opening: 100, heldBack: 0, quiet: 10_000, typing: 500 } } });
    const console = await site.reserve('n1');
    const machine = site.consoles.node('n1');
    machine.opening = (signal) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new BmcError('hung', 'silence'))));
    await site.openConsole('n1', console);
    await until(async () => (await site.line(console)).state === 'down', 'the console to be down');
    expect((await site.line(console)).problem).toBe('the console did not open within 0.1 s');
    await until(() => machine.openings > 1, 'another opening');
    machine.opening = () => {};
    await until(async () => (await site.line(console)).state === 'open', 'the console to be open');
    expect(machine.mostLines).toBe(1);
  });

  test('that was opened for a new reservation shows nothing that was printed before', async (t) => {
    const site = await makeConsoleSite(t);
    await site.startWith({ timing: { console: { opening: 1000, heldBack: 200, quiet: 10_000, typing: 500 } } });
    const machine = site.consoles.node('n1');
    machine.kept = 'the password of the last project';
    const console = await site.reserve('n1');
    await site.openConsole('n1', console);
    await until(() => machine.isOpen, 'the console to be open');
    machine.print('more of it');
    machine.drop();
    await until(() => machine.isOpen, 'the console to be open again');
    machine.print('still');
    await until(async () => (await site.pieces(console)).length > 0, 'the console to be shown');
    machine.print('ours');
    await until(async () => (await site.text(console)).includes('ours'), 'our output');
    const pieces = await site.pieces(console);
    expect(pieces.map(({ text }) => text).join('')).toBe('ours');
    expect(pieces.map(({ gap }) => gap).join()).toContain('47 bytes that came as the console was opened were not kept');
  });

  test('that is released is let go within a second, and nothing is added to it', async (t) => {
    const site = await makeConsoleSite(t);
    await site.startWith();
    const console = await site.opened('n1');
    const machine = site.consoles.node('n1');
    const printing = setInterval(() => machine.print('.'), 5);
    t.onTestFinished(() => clearInterval(printing));
    await until(async () => (await site.text(console)).length > 5, 'output');
    await site.free('n1');
    const text = await site.text(console);
    await until(() => !machine.isOpen, 'the line to be closed', 1000);
    await isIdle(site);
    expect(await site.text(console)).toBe(text);
    expect(openConsoles(`${site.stateDir}/journal`, 'site-1')).toEqual([]);
    // Nobody who comes later sees any of it.
    const next = await site.opened('n1');
    await until(async () => (await site.text(next)).includes('.'), 'output');
    expect(await site.text(console)).toBe(text);
    expect(machine.mostLines).toBe(1);
  });

  test('that is closed is let go, also when it is quiet; opened again, the gap is marked', async (t) => {
    const site = await makeConsoleSite(t);
    await site.startWith();
    const console = await site.opened('n1');
    const machine = site.consoles.node('n1');
    machine.print('one');
    await shows(site, console, 'one');
    await site.sql`update consoles set logging = false`;
    expect(await site.ended(await site.order('console/n1', 'console.close', { console }))).toMatchObject({ status: 'done' });
    expect(machine.isOpen).toBe(false);
    await isIdle(site);
    machine.print('two');
    await site.sql`update consoles set logging = true, state = 'opening'`;
    await site.openConsole('n1', console);
    await until(async () => (await site.line(console)).state === 'open', 'the console to be open');
    machine.print('three');
    await shows(site, console, 'one[gap]three');
    expect((await site.pieces(console))[1]?.gap).toContain('the console was not logged');
  });

  test('gives way to the console of the next reservation', async (t) => {
    const site = await makeConsoleSite(t);
    await site.startWith();
    const first = await site.opened('n1');
    const machine = site.consoles.node('n1');
    machine.print('first');
    await shows(site, first, 'first');
    await site.free('n1');
    const second = await site.opened('n1');
    machine.print('second');
    await shows(site, second, 'second');
    expect(await site.text(first)).toBe('first');
    expect(await site.ended(await site.typeAt('n1', first, 'x'))).toMatchObject({ status: 'failed', reason: 'closed' });
    expect(await site.ended(await site.order('console/n1', 'console.close', { console: first }))).toMatchObject({
      reason: 'closed',
    });
    expect([machine.isOpen, machine.mostLines, machine.typed]).toEqual([true, 1, '']);
  });

  test('never mixes with another', async (t) => {
    const site = await makeConsoleSite(t);
    await site.startWith();
    const [a, b] = [await site.opened('n1'), await site.opened('n2')];
    for (let line = 0; line < 50; line += 1) {
      site.consoles.node('n1').print(`a${line}\n`);
      site.consoles.node('n2').print(`b${line}\n`);
      await sleep(2);
    }
    await shows(site, a, site.consoles.node('n1').given);
    await shows(site, b, site.consoles.node('n2').given);
  });

  test('that the database does not know is not opened', async (t) => {
    const site = await makeConsoleSite(t);
    await site.startWith();
    const id = await site.openConsole('n1', 99);
    expect(await site.ended(id)).toMatchObject({ status: 'failed', reason: 'closed' });
    await isIdle(site);
    expect(site.consoles.node('n1').openings).toBe(0);
  });
});

describe('20 drops under constant output', () => {
  test('leave a log that is what was printed, but for the gaps that are marked', async (t) => {
    const site = await makeConsoleSite(t);
    await site.startWith();
    const console = await site.opened('n1');
    const machine = site.consoles.node('n1');
    // Each line says its number; what is printed while nobody listens is missed, and ends up in no log.
    let printed = '';
    let expected = '';
    let wasOpen = true;
    let count = 0;
    const print = () => {
      const text = `${count}\n`;
      count += 1;
      printed += text;
      if (machine.isOpen && !wasOpen) expected += '[gap]';
      if (machine.isOpen) expected += text;
      wasOpen = machine.isOpen;
      machine.print(text);
    };
    for (let drop = 0; drop < 20; drop += 1) {
      for (let line = 0; line < 30; line += 1) {
        print();
        if (line % 10 === 0) await sleep(1);
      }
      machine.drop();
      print();
      await until(() => machine.isOpen, 'the next opening');
    }
    print();
    expect(machine.openings).toBe(21);
    expect(printed.length - expected.replaceAll('[gap]', '').length).toBe(machine.missed);
    await shows(site, console, expected);
  });
});

describe('typing', () => {
  test('is done in order, byte for byte, and told', async (t) => {
    const site = await makeConsoleSite(t);
    await site.startWith();
    const console = await site.opened('n1');
    const ids: string[] = [];
    for (const text of ['ro', 'ot\r', '\x00\xff~.']) ids.push(await site.typeAt('n1', console, text));
    ids.push(await site.order('console/n1', 'console.break', { console }));
    for (const id of ids) expect(await site.ended(id)).toMatchObject({ status: 'done', result: { console } });
    expect(site.consoles.node('n1').typed).toBe('root\r\x00\xff~.<break>');
  });

  test('waits for a line that is being opened, but not for ever', async (t) => {
    const site = await makeConsoleSite(t);
    await site.startWith({ timing: { backOff: { first: 100, last: 100 } } });
    const console = await site.opened('n1');
    const machine = site.consoles.node('n1');
    machine.drop();
    expect(await site.ended(await site.typeAt('n1', console, 'x'))).toMatchObject({ status: 'done' });
    machine.opening = () => {
      throw new BmcError('no-answer', 'nothing answers');
    };
    machine.drop();
    expect(await site.ended(await site.typeAt('n1', console, 'y'))).toMatchObject({
      status: 'failed',
      reason: 'interrupted',
      message: expect.stringContaining('nothing answers'),
    });
    expect(machine.typed).toBe('x');
  });

  test('that may have been done in part is unknown, and is not done again', async (t) => {
    const site = await makeConsoleSite(t);
    await site.startWith();
    const console = await site.opened('n1');
    const machine = site.consoles.node('n1');
    machine.typing = () => machine.drop();
    expect(await site.ended(await site.typeAt('n1', console, 'reboot\r'))).toMatchObject({
      status: 'unknown',
      reason: 'unproven',
    });
    await until(() => machine.isOpen, 'the next opening');
    machine.typing = () => {};
    expect(await site.ended(await site.typeAt('n1', console, 'x'))).toMatchObject({ status: 'done' });
    expect(machine.typed).toBe('x');
  });

  test('that the BMC does not take ends with its line, and holds up nothing', async (t) => {
    const site = await makeConsoleSite(t);
    await site.startWith();
    const console = await site.opened('n1');
    const machine = site.consoles.node('n1');
    machine.typing = () => new Promise(() => {});
    expect(await site.ended(await site.typeAt('n1', console, 'x'))).toMatchObject({ status: 'unknown' });
    machine.typing = () => {};
    expect(await site.ended(await site.typeAt('n1', console, 'y'))).toMatchObject({ status: 'done' });
    expect(machine.openings).toBe(2);
  });

  test('a break in the middle of a line is sent on a line that is opened for it', async (t) => {
    const site = await makeConsoleSite(t);
    await site.startWith({ timing: { backOff: { first: 60_000, last: 60_000 } } });
    const console = await site.opened('n1');
    const machine = site.consoles.node('n1');
    machine.breaks = 'on a new line';
    await site.typeAt('n1', console, 'abc');
    const id = await site.order('console/n1', 'console.break', { console });
    expect(await site.ended(id)).toMatchObject({ status: 'done' });
    expect([machine.typed, machine.openings, machine.mostLines]).toEqual(['abc<break>', 2, 1]);
    machine.print('>');
    await shows(site, console, '[gap]>');
    expect((await site.pieces(console))[0]?.gap).toContain('opened anew to send a break');
  });

  test('does not keep a console from being closed', async (t) => {
    const site = await makeConsoleSite(t);
    await site.startWith({ timing: { console: { opening: 1000, heldBack: 0, quiet: 10_000, typing: 60_000 } } });
    const console = await site.opened('n1');
    const machine = site.consoles.node('n1');
    machine.typing = () => new Promise(() => {});
    const typed = await site.typeAt('n1', console, 'x');
    const more = await site.typeAt('n1', console, 'y');
    const closed = await site.order('console/n1', 'console.close', { console });
    expect(await site.ended(closed, 3000)).toMatchObject({ status: 'done' });
    expect(await site.ended(typed)).toMatchObject({ status: 'unknown' });
    expect(await site.ended(more)).toMatchObject({ status: 'failed' });
    expect(machine.isOpen).toBe(false);
  });
});

describe('an order that nobody gave', () => {
  test('is refused, and nothing is typed', async (t) => {
    const site = await makeConsoleSite(t);
    await site.startWith();
    const console = await site.opened('n1');
    await site.opened('n2');
    const machine = site.consoles.node('n1');
    const typed = await site.typeAt('n1', console, 'x');
    expect(await site.ended(typed)).toMatchObject({ status: 'done' });

    const again = await site.typeAt('n1', console, 'y');
    await site.ended(again);
    // The row of what was typed is queued once more; and its text as a new command.
    await site.sql`update commands set status = 'queued', attempt = 0, finished_at = null, reason = null, result = null where id = ${typed}`;
    expect(await site.ended(typed)).toMatchObject({ status: 'refused', reason: 'replayed' });
    const forged = await site.order('console/n1', 'console.break', { console });
    expect(await site.ended(forged)).toMatchObject({ status: 'done' });
    await site.sql`
      update commands set status = 'queued', attempt = 0, finished_at = null, reason = null, result = null,
        signed = (select signed from commands where id = ${typed}) where id = ${forged}`;
    expect(await site.ended(forged)).toMatchObject({ status: 'refused', reason: 'altered-row' });

    // Keystrokes that were sealed for another node, or another console of the same.
    const [row] = await site.sql`select signed from commands where id = ${again}`;
    const payload = JSON.parse(Buffer.from(String(row?.['signed']).split('.')[1] ?? '', 'base64url').toString());
    const { sealed } = payload.parameters;
    for (const [node, number] of [['n2', console + 1] as const, ['n1', console + 7] as const]) {
      const id = await site.order(`console/${node}`, 'console.input', { console: number, sealed });
      expect(await site.ended(id)).toMatchObject({ status: 'refused', reason: 'bad-credentials' });
    }
    // The console of one node by the BMC of another, or by one whose address was altered.
    const bmc = await site.bmc('n1');
    const crossed = await site.order('console/n2', 'console.open', { bmc, console: console + 1 });
    expect(await site.ended(crossed)).toMatchObject({ status: 'refused', reason: 'bad-parameters' });
    const moved = await site.order('console/n1', 'console.open', { bmc: { ...bmc, host: 'elsewhere' }, console });
    expect(await site.ended(moved)).toMatchObject({ status: 'refused', reason: 'bad-credentials' });
    expect([machine.typed, machine.openings, site.consoles.node('n2').typed]).toEqual(['xy<break>', 1, '']);
  });

  test('does not bring back a console that only the database wants held', async (t) => {
    const site = await makeConsoleSite(t);
    const agent = await site.startWith();
    const console = await site.opened('n1');
    expect(await site.ended(await site.order('console/n1', 'console.close', { console }))).toMatchObject({ status: 'done' });
    await agent.stop();
    await site.startWith();
    // The agent has looked for what is to be held by now.
    await site.opened('n2');
    expect(site.consoles.node('n1').openings).toBe(1);
    expect(await site.line(console)).toMatchObject({ state: 'open' });
  });
});

describe('the agent', () => {
  test.for([
    { what: 'keystrokes', status: 'unknown' },
    { what: 'an opening', status: 'done' },
  ])('that was killed once it had begun $what: it ends as $status', async ({ what, status }, t) => {
    const site = await makeConsoleSite(t);
    const agent = await startAgentProcess(t, site, site.stateDir);
    const console = await site.opened('n1');
    await agent.stop();
    const id = what === 'keystrokes' ? await site.typeAt('n1', console, 'x') : await site.openConsole('n1', console);
    const dying = await startAgentProcess(t, site, site.stateDir, 'begun').catch(() => undefined);
    if (dying) expect(await dying.ended).toBe('SIGKILL');
    await startAgentProcess(t, site, site.stateDir);
    expect(await site.ended(id)).toMatchObject({ status });
    await until(async () => (await site.line(console)).state === 'open', 'the console to be open');
  });

  test('closes its consoles when it is stopped, and goes on with them when it is started, with a gap', async (t) => {
    const site = await makeConsoleSite(t);
    const agent = await site.startWith();
    const console = await site.opened('n1');
    const machine = site.consoles.node('n1');
    machine.print('before');
    await agent.stop();
    expect(machine.isOpen).toBe(false);
    expect(await site.text(console)).toBe('before');
    expect(await site.line(console)).toEqual({ state: 'down', problem: 'the agent was stopped' });
    machine.print('unheard');
    await site.startWith();
    await until(async () => (await site.line(console)).state === 'open', 'the console to be open again');
    machine.print('after');
    await shows(site, console, 'before[gap]after');
    expect((await site.pieces(console))[1]?.gap).toContain('the agent was not there');
  });

  test('forgets a console that was released while it was not there', async (t) => {
    const site = await makeConsoleSite(t);
    const agent = await site.startWith();
    await site.opened('n1');
    await agent.stop();
    await site.free('n1');
    await site.startWith();
    await until(() => openConsoles(`${site.stateDir}/journal`, 'site-1').length === 0, 'the console to be forgotten');
    await isIdle(site);
    expect(site.consoles.node('n1').openings).toBe(1);
  });

  test('loses nothing and doubles nothing while the database is away', async (t) => {
    const site = await makeConsoleSite(t);
    const proxy = await startProxy(t, Number(new URL(site.config.url).port));
    await site.startWith({ url: proxy.url(site.config.url), timing: { databaseSilence: 400 } });
    const console = await site.opened('n1');
    const machine = site.consoles.node('n1');
    let line = 0;
    const printing = setInterval(() => {
      machine.print(`${line}\n`);
      line += 1;
    }, 3);
    t.onTestFinished(() => clearInterval(printing));
    for (let cut = 0; cut < 4; cut += 1) {
      const from = line + 30;
      await until(() => line > from, 'output');
      if (cut % 2 === 0) proxy.silence();
      else await proxy.away();
      await until(() => line > from + 100, 'more output');
      if (cut % 2 === 1) await proxy.back();
    }
    clearInterval(printing);
    await shows(site, console, machine.given);
    expect(machine.openings).toBe(1);
  });

  test('closes its lines when the lease is lost, and keeps what was said before', async (t) => {
    const site = await makeConsoleSite(t);
    const proxy = await startProxy(t, Number(new URL(site.config.url).port));
    const short = { lease: 1000, grace: 200, margin: 300, databaseSilence: 300, poll: 200 };
    await site.startWith({ url: proxy.url(site.config.url), timing: short });
    const console = await site.opened('n1');
    const machine = site.consoles.node('n1');
    machine.print('one ');
    await shows(site, console, 'one ');
    await proxy.away();
    machine.print('two ');
    await until(() => !machine.isOpen, 'the line to be closed');
    machine.print('three ');
    await proxy.back();
    await until(() => machine.isOpen, 'the line to be open');
    machine.print('four');
    await shows(site, console, 'one two [gap]four');
  });
});
