import { describe, expect, test } from 'vitest';
import { openConsoles } from '../../../agents/journal-folder.ts';
import { type ConsoleSite, makeConsoleSite } from '../../support/console-site.ts';
import { until } from '../../support/until.ts';

const isOpen = (site: ConsoleSite, console: number) =>
  until(async () => (await site.line(console)).state === 'open', 'the console to be open');
const isDown = (site: ConsoleSite, console: number) =>
  until(async () => (await site.line(console)).state === 'down', 'the console to be down');

async function shows(site: ConsoleSite, console: number, text: string): Promise<void> {
  await until(async () => (await site.text(console)) === text, 'the log').catch(() => {});
  expect(await site.text(console)).toBe(text);
}

/** Makes a headnode that runs, and has its console opened. */
async function running(site: ConsoleSite, label: string) {
  const made = await site.headnode(label);
  const machine = site.consoles.headnode(made.headnode.uuid);
  machine.start('');
  await site.order(`headnode-console/${label}`, 'console.open', made);
  await isOpen(site, made.console);
  return { ...made, machine };
}

describe('the console of a headnode', () => {
  test('that does not run yet is opened all the same, and connects as soon as it starts', async (t) => {
    const site = await makeConsoleSite(t);
    // Neither as seldom as a BMC is tried, nor is anything kept back that may have been another's.
    const console = { opening: 2000, heldBack: 5000, quiet: 10_000, typing: 500 };
    await site.startWith({ timing: { backOff: { first: 60_000, last: 60_000 }, console } });
    const made = await site.headnode('h1');
    const machine = site.consoles.headnode(made.headnode.uuid);
    const id = await site.order('headnode-console/h1', 'console.open', made);
    expect(await site.ended(id)).toMatchObject({ status: 'done', result: { console: made.console } });
    await isDown(site, made.console);
    expect(await site.line(made.console)).toEqual({ state: 'down', problem: 'the headnode does not run' });
    machine.start('Booting\n');
    await isOpen(site, made.console);
    machine.print('login: ');
    await shows(site, made.console, '[gap]Booting\nlogin: ');
    expect((await site.pieces(made.console))[0]?.gap).toMatch(/: the headnode does not run$/);
  });

  test('ends when the headnode is stopped, and is found again when it starts, with the gap between', async (t) => {
    const site = await makeConsoleSite(t);
    await site.startWith();
    const { console, machine } = await running(site, 'h1');
    machine.print('one');
    machine.stop();
    await until(async () => (await site.line(console)).problem === 'the headnode does not run', 'it is tried again');
    machine.start('two');
    await shows(site, console, 'one[gap]two');
    expect((await site.pieces(console))[1]?.gap).toMatch(/: the headnode was stopped; at last: the headnode does not run$/);
  });

  test('is typed into; a break is refused, and costs no output', async (t) => {
    const site = await makeConsoleSite(t);
    await site.startWith();
    const { console, machine } = await running(site, 'h1');
    expect(await site.ended(await site.typeAt('h1', console, 'root\r', 'headnode'))).toMatchObject({ status: 'done' });
    const id = await site.order('headnode-console/h1', 'console.break', { console });
    expect(await site.ended(id)).toMatchObject({
      status: 'failed',
      reason: 'device-refused',
      message: 'a virtual line has no breaks',
    });
    expect([machine.typed, machine.openings]).toEqual(['root\r', 1]);
  });

  test('is gone on with by the next process', async (t) => {
    const site = await makeConsoleSite(t);
    const agent = await site.startWith();
    const { console, machine } = await running(site, 'h1');
    machine.print('one');
    await agent.stop();
    expect(machine.isOpen).toBe(false);
    await site.startWith();
    await isOpen(site, console);
    machine.print('two');
    await shows(site, console, 'one[gap]two');
    expect((await site.pieces(console))[1]?.gap).toContain('the agent was not there');
  });

  test('is let go when the headnode is deleted, and another of its name has nothing of it', async (t) => {
    const site = await makeConsoleSite(t);
    await site.startWith();
    const first = await running(site, 'h1');
    await site.sql`delete from headnodes`;
    first.machine.stop();
    await until(() => openConsoles(`${site.stateDir}/journal`, 'site-1').length === 0, 'it is forgotten');
    const { openings } = first.machine;
    const second = await running(site, 'h1');
    second.machine.print('of the second');
    await shows(site, second.console, 'of the second');
    expect([first.machine.openings, first.machine.isOpen]).toEqual([openings, false]);
  });

  test('on an agent that runs no headnodes says so', async (t) => {
    const site = await makeConsoleSite(t);
    await site.start({ timing: { poll: 500 } });
    const made = await site.headnode('h1');
    await site.order('headnode-console/h1', 'console.open', made);
    await isDown(site, made.console);
    expect((await site.line(made.console)).problem).toBe('this agent has no vm-host.json: it runs no headnodes');
  });
});

describe('a headnode and a node of one name', () => {
  test('are two consoles, side by side', async (t) => {
    const site = await makeConsoleSite(t);
    const agent = await site.startWith();
    const headnode = await running(site, 'n1');
    const console = await site.opened('n1');
    const node = site.consoles.node('n1');
    headnode.machine.print('of the headnode');
    node.print('of the node');
    await site.ended(await site.typeAt('n1', headnode.console, 'to the headnode', 'headnode'));
    await site.ended(await site.typeAt('n1', console, 'to the node'));
    await shows(site, headnode.console, 'of the headnode');
    await shows(site, console, 'of the node');
    expect([headnode.machine.typed, node.typed]).toEqual(['to the headnode', 'to the node']);

    // Both are gone on with, each as what it is.
    await agent.stop();
    await site.startWith();
    await isOpen(site, headnode.console);
    await isOpen(site, console);
    headnode.machine.print('again');
    node.print('still');
    await shows(site, headnode.console, 'of the headnode[gap]again');
    await shows(site, console, 'of the node[gap]still');
    await site.order('console/n1', 'console.close', { console });
    await until(() => !node.isOpen, 'the node is let go');
    expect(headnode.machine.isOpen).toBe(true);
  });

  test('are not taken for each other by forged orders', async (t) => {
    const site = await makeConsoleSite(t);
    await site.startWith();
    const headnode = await running(site, 'n1');
    const other = await running(site, 'n2');
    const console = await site.opened('n1');
    const node = site.consoles.node('n1');
    const bmc = await site.bmc('n1');

    // The way to the one, at the device of the other.
    for (const [device, parameters] of [
      ['headnode-console/n1', { bmc, console: headnode.console }],
      ['headnode-console/n1', { headnode: other.headnode, console: headnode.console }],
      ['console/n1', { headnode: headnode.headnode, console }],
    ] as const) {
      const id = await site.order(device, 'console.open', parameters);
      expect(await site.ended(id), device).toMatchObject({ status: 'refused', reason: 'bad-parameters' });
    }
    // Keystrokes for the one, at the device of the other, whatever number they name.
    const typed = await site.typeAt('n1', headnode.console, 'secret', 'headnode');
    await site.ended(typed);
    const [row] = await site.sql`select signed from commands where id = ${typed}`;
    const payload = JSON.parse(Buffer.from(String(row?.['signed']).split('.')[1] ?? '', 'base64url').toString());
    for (const [device, number] of [
      ['console/n1', headnode.console],
      ['console/n1', console],
      ['headnode-console/n2', headnode.console],
      ['headnode-console/n2', other.console],
    ] as const) {
      const id = await site.order(device, 'console.input', { console: number, sealed: payload.parameters.sealed });
      expect(await site.ended(id), device).toMatchObject({ status: 'refused', reason: 'bad-credentials' });
    }
    // The number of the one, at the device of the other.
    for (const [device, parameters] of [
      ['headnode-console/n1', { headnode: headnode.headnode, console }],
      ['headnode-console/n1', { headnode: headnode.headnode, console: other.console }],
      ['console/n1', { bmc, console: headnode.console }],
    ] as const) {
      const id = await site.order(device, 'console.open', parameters);
      expect(await site.ended(id), device).toMatchObject({ status: 'failed', reason: 'closed' });
    }
    expect([headnode.machine.typed, other.machine.typed, node.typed]).toEqual(['secret', '', '']);
    expect([headnode.machine.mostLines, other.machine.mostLines, node.mostLines]).toEqual([1, 1, 1]);
  });
});
