import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { findBmcDriver } from '../../../agents/drivers/bmc/drivers.ts';
import { seal } from '../../../db/commands/seal.ts';
import type { SimulatedBmc } from '../../../infra/rack/bmc/simulated-bmc.ts';
import { startAgentProcess } from '../../support/agent-process.ts';
import { keys } from '../../support/agent-site.ts';
import { bmcFor, bmcsMissing } from '../../support/bmc-house.ts';
import { type ConsoleSite, makeConsoleSite } from '../../support/console-site.ts';
import { skipped } from '../../support/lacking.ts';
import { until } from '../../support/until.ts';

// Consoles of real BMC programs, by the real ipmitool.

const line = (index: number) => `line ${index} of what the machine prints all the time`;
/** As long as ipmitool may take to find out that a BMC is silent. */
const SILENCE = 90_000;
const timing = { backOff: { first: 20, last: 500 }, console: { opening: 20_000, heldBack: 0, quiet: 1_000, typing: 10_000 } };

/** Has the console of this machine opened, and waits until it is; answers its number. */
async function openReal(site: ConsoleSite, { name, host, port, user, password }: SimulatedBmc): Promise<number> {
  const { kty, crv, x } = keys.sealing;
  const sealed = await seal({ kty, crv, x }, { device: `bmc/${name}`, hostname: host, port }, { user, password });
  const console = await site.reserve(name);
  // ipmi_sim knows no other cipher suite.
  await site.openConsole(name, console, { type: 'ipmi', host, port, settings: { cipher_suite: 3 }, sealed });
  await isOpen(site, console);
  return console;
}

async function isOpen(site: ConsoleSite, console: number): Promise<void> {
  await until(async () => (await site.line(console)).state === 'open', 'the console to be open', SILENCE).catch(() => {});
  // Says why not, where it is not.
  expect(await site.line(console)).toEqual({ state: 'open', problem: null });
}

/** Kills every ipmitool of this process that holds a console; answers how many there were. */
async function killClients(): Promise<number> {
  const children = await readFile(`/proc/self/task/${process.pid}/children`, 'utf8');
  let killed = 0;
  for (const pid of children.trim().split(' ').map(Number)) {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (!command.includes('sol\0activate')) continue;
    process.kill(pid, 'SIGKILL');
    killed += 1;
  }
  return killed;
}

/** How many gaps are marked. */
async function gaps(site: ConsoleSite, console: number): Promise<number> {
  return (await site.pieces(console)).filter(({ gap }) => gap !== null).length;
}

/** That the log is what was printed, without what is missing at its beginning, its end, and at the gaps that are marked. */
async function expectHonest(site: ConsoleSite, console: number, printed: string): Promise<void> {
  let from = 0;
  for (const part of (await site.text(console)).split('[gap]')) {
    const found = printed.indexOf(part, from);
    expect(found, `${JSON.stringify(part.slice(0, 200))} after ${from} of ${printed.length}`).toBeGreaterThanOrEqual(0);
    from = found + part.length;
  }
}

/** Waits until the log ends as what was printed does. */
async function endsWith(site: ConsoleSite, console: number, text: string): Promise<void> {
  await until(async () => (await site.text(console)).endsWith(text), `the log to end with ${JSON.stringify(text)}`);
}

describe.skipIf(bmcsMissing !== undefined)(`the console of a machine with a real BMC${skipped(bmcsMissing)}`, () => {
  test('that is dropped 20 times under constant output is logged, with every gap marked', { timeout: 120_000 }, async (t) => {
    const site = await makeConsoleSite(t);
    const bmc = await bmcFor(t, 'm1');
    await site.startWith({ findBmcDriver, timing });
    const console = await openReal(site, bmc);
    const printing = bmc.serial.printContinuously(2000, line);
    for (let drop = 1; drop <= 20; drop += 1) {
      const { length } = await site.text(console);
      await until(async () => (await site.text(console)).length > length, 'output');
      // A BMC does not tell whose session it ends, and ipmitool takes half a minute to find out; its own end is noticed at once.
      expect(await killClients()).toBe(1);
      await until(async () => (await gaps(site, console)) >= drop, `gap ${drop}`);
    }
    const printed = printing.stop();
    bmc.serial.write('the end');
    await endsWith(site, console, 'the end');
    await expectHonest(site, console, `${printed}the end`);
    expect(await gaps(site, console)).toBe(20);
  });

  test('takes what is typed byte for byte, and a break in the middle of a line', { timeout: 60_000 }, async (t) => {
    const site = await makeConsoleSite(t);
    const bmc = await bmcFor(t, 'm1');
    bmc.serial.echo = true;
    await site.startWith({ findBmcDriver, timing });
    const console = await openReal(site, bmc);
    const typed = 'root\r~.~~\n~B\x00\x03\xff$ ';
    for (const key of typed) expect(await site.ended(await site.typeAt('m1', console, key))).toMatchObject({ status: 'done' });
    await until(() => bmc.serial.typed().toString('latin1') === typed, 'the keys to arrive');
    expect(await site.ended(await site.order('console/m1', 'console.break', { console }))).toMatchObject({ status: 'done' });
    await until(async () => (await gaps(site, console)) === 1, 'the gap');
    // ipmi_sim keeps a break until something is typed after it.
    await site.ended(await site.typeAt('m1', console, '!'));
    await endsWith(site, console, '[gap]!');
    await until(() => bmc.serial.breaks() === 1, 'the break to arrive');
  });

  test('is opened again after its BMC was restarted, and after somebody else took it', { timeout: SILENCE * 2 }, async (t) => {
    const site = await makeConsoleSite(t);
    const bmc = await bmcFor(t, 'm1');
    await site.startWith({ findBmcDriver, timing });
    const console = await openReal(site, bmc);
    bmc.serial.write('one ');
    await endsWith(site, console, 'one ');
    await bmc.restart();
    await until(async () => (await site.line(console)).state === 'down', 'the agent to notice', SILENCE);
    await isOpen(site, console);
    bmc.serial.write('two ');
    await endsWith(site, console, 'one [gap]two ');
    await bmc.cutSol();
    await bmc.holdSol();
    await until(async () => (await gaps(site, console)) === 2, 'the second gap', SILENCE);
    await isOpen(site, console);
    bmc.serial.write('three');
    await endsWith(site, console, 'three');
    expect(await site.text(console)).toBe('one [gap]two [gap]three');
  });

  test('is gone on with by the next process when one is killed, with a gap', { timeout: 120_000 }, async (t) => {
    const site = await makeConsoleSite(t);
    const bmc = await bmcFor(t, 'm1');
    let agent = await startAgentProcess(t, site, site.stateDir);
    const console = await openReal(site, bmc);
    // What comes in the first second is not kept.
    const hello = setInterval(() => bmc.serial.write('.'), 50);
    await until(async () => (await site.text(console)).includes('.'), 'output');
    clearInterval(hello);
    await sleep(300);
    const before = await site.text(console);
    const marks = await gaps(site, console);
    const printing = bmc.serial.printContinuously(2000, line);
    for (let kill = 1; kill <= 3; kill += 1) {
      const { length } = await site.text(console);
      await until(async () => (await site.text(console)).length > length + 500, 'output');
      process.kill(agent.pid, 'SIGKILL');
      expect(await agent.ended).toBe('SIGKILL');
      agent = await startAgentProcess(t, site, site.stateDir);
      await until(async () => (await gaps(site, console)) >= marks + kill, 'the gap').catch(() => {});
      await isOpen(site, console);
    }
    const printed = printing.stop();
    bmc.serial.write('the end');
    await endsWith(site, console, 'the end');
    await expectHonest(site, console, `${before.replaceAll('[gap]', '')}${printed}the end`);
    expect(await gaps(site, console)).toBe(marks + 3);
    expect((await site.pieces(console)).at(-2)?.gap ?? (await site.pieces(console)).findLast(({ gap }) => gap)?.gap).toContain(
      'the agent was not there',
    );
  });
});
