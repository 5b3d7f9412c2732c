import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ipmiDriver } from '../../../../agents/drivers/bmc/ipmi.ts';
import type { ConsoleLine } from '../../../../agents/drivers/console-line.ts';
import { ipmiSimulatorMissing, type SimulatedBmc } from '../../../../infra/rack/bmc/simulated-bmc.ts';
import { skipped } from '../../../support/lacking.ts';
import { until } from '../../../support/until.ts';
import { open, simulator, type Wanted } from './bench.ts';

const missing = ipmiSimulatorMissing();

/** The BMC, by a driver that knows nothing of it yet. */
const fresh = (sim: SimulatedBmc, more: Wanted = {}) =>
  open(ipmiDriver(), { host: sim.host, port: sim.port, user: sim.user, password: sim.password, ...more });

/** An open console and what it printed so far. */
interface Watched {
  readonly line: ConsoleLine;
  readonly output: () => Buffer;
}

async function watch(sim: SimulatedBmc, more: Wanted = {}): Promise<Watched> {
  const parts: Buffer[] = [];
  const line = await fresh(sim, more).openConsole((data) => parts.push(data));
  return { line, output: () => Buffer.concat(parts) };
}

/** Waits until the machine was typed so many bytes, and answers them. */
async function typed(sim: SimulatedBmc, length: number): Promise<Buffer> {
  await until(() => sim.serial.typed().length >= length, `${length} bytes were typed`);
  return sim.serial.typed();
}

describe.skipIf(missing !== undefined)(`ipmi: the console${skipped(missing)}`, () => {
  test('opens though the machine prints nothing, and closes so that anybody else can open it', async () => {
    const sim = await simulator();
    const { line, output } = await watch(sim);
    await line.close();
    expect(await line.ended).toBe('it was closed from here');
    await line.close();
    expect(output()).toHaveLength(0);
    await (await sim.holdSol()).release();
    await expect(line.write(Buffer.from('x'))).rejects.toMatchObject({ fault: 'lost' });
    await expect(line.sendBreak()).rejects.toMatchObject({ fault: 'lost' });
  });

  test('prints what the machine prints, byte for byte', async () => {
    const sim = await simulator();
    const { line, output } = await watch(sim);
    const printed = Buffer.concat([Buffer.from('[SOL Session operational.  Use ~? for help]\n'), randomBytes(300_000)]);
    // In portions, as a serial line prints: the BMC's buffer is small.
    for (let from = 0; from < printed.length; from += 20_000) {
      const to = Math.min(from + 20_000, printed.length);
      sim.serial.write(printed.subarray(from, to));
      await until(() => output().length >= to, `${to} bytes are there`);
    }
    expect(output().equals(printed)).toBe(true);
    await line.close();
  }, 60_000);

  test('types every byte as it is', async () => {
    const sim = await simulator();
    const { line } = await watch(sim);
    const all = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
    const bytes = Buffer.concat([all, all.reverse(), Buffer.from('\r'), all]);
    await line.write(bytes);
    expect((await typed(sim, bytes.length)).equals(bytes)).toBe(true);
    await line.close();
  });

  test('types much at once', async () => {
    const sim = await simulator();
    const { line } = await watch(sim);
    const bytes = Buffer.from(Array.from({ length: 2_000 }, (_, index) => `${index} ~.~\r~`).join(''));
    await line.write(bytes);
    expect((await typed(sim, bytes.length)).equals(bytes)).toBe(true);
    await line.close();
  });

  test('types tildes in every place', async () => {
    const sim = await simulator();
    const { line } = await watch(sim);
    const byte = fc.oneof(fc.constantFrom(...Buffer.from('~~~.B?\r\n\x1a\x18x')), fc.nat(255));
    const pieces = fc
      .sample(
        fc.uint8Array({ minLength: 1 }).chain(() => fc.array(byte, { minLength: 1 })),
        60,
      )
      .map((piece) => Buffer.from(piece));
    for (const piece of pieces) await line.write(piece);
    const bytes = Buffer.concat(pieces);
    expect((await typed(sim, bytes.length)).equals(bytes)).toBe(true);
    await line.close();
  });

  test('sends a break behind all that was typed before it and before all that is typed after it, and shows nothing of it', async () => {
    const sim = await simulator();
    const { line, output } = await watch(sim);
    /** How many breaks had come when each byte did. */
    const breaksBefore: number[] = [];
    sim.serial.onTyped = (data) => breaksBefore.push(...Array.from(data, () => sim.serial.breaks()));
    sim.serial.echo = true;
    const text = Buffer.from(`~${'x'.repeat(600)}\r`);
    await line.sendBreak();
    await Promise.all([line.write(text), line.sendBreak(), line.sendBreak(), line.write(text)]);
    expect((await typed(sim, 2 * text.length)).equals(Buffer.concat([text, text]))).toBe(true);
    expect(breaksBefore).toEqual([...Array.from(text, () => 1), ...Array.from(text, () => 3)]);
    await until(() => output().length >= 2 * text.length, 'all was printed');
    expect(output().equals(Buffer.concat([text, text]))).toBe(true);
    await line.close();
  });

  test('refuses a break in the middle of a line, which a line opened anew sends', async () => {
    const sim = await simulator();
    const first = await watch(sim);
    // In two packets: ipmi_sim takes the first one of a session for a repeated one where the session before had only one.
    await first.line.write(Buffer.from('re'));
    await typed(sim, 2);
    await first.line.write(Buffer.from('boot'));
    await typed(sim, 6);
    await expect(first.line.sendBreak()).rejects.toMatchObject({
      fault: 'refused',
      message: expect.stringContaining('open the console anew'),
    });
    await first.line.close();
    const second = await watch(sim);
    await second.line.sendBreak();
    // ipmi_sim hands a break on with the next byte that is typed.
    await second.line.write(Buffer.from('!'));
    expect((await typed(sim, 7)).toString()).toBe('reboot!');
    expect(sim.serial.breaks()).toBe(1);
    await second.line.close();
  });

  test('takes the console from whoever holds it', async () => {
    const sim = await simulator();
    await sim.holdSol();
    const { line, output } = await watch(sim);
    sim.serial.write('hello');
    await until(() => output().length > 0, 'it prints');
    await line.close();
  });

  test('is given up at once when it is called off, and opens again', async () => {
    const sim = await simulator();
    const calling = new AbortController();
    const { line } = await watch(sim, { signal: calling.signal });
    calling.abort();
    expect(await line.ended).toBe('it was called off');
    await line.close();
    await (await watch(sim)).line.close();
    await expect(watch(sim, { signal: calling.signal })).rejects.toMatchObject({ diagnosis: 'hung' });
  });

  test.each([
    ['with another password', { password: 'wrong' }, 'wrong-password'],
    ['with a cipher suite that it does not know', { settings: { cipher_suite: 17 } }, 'cipher'],
  ] as const)('does not open %s', async (_, wanted, diagnosis) => {
    const sim = await simulator();
    await expect(watch(sim, wanted)).rejects.toMatchObject({ diagnosis });
  });

  test.concurrent('is over when somebody else took it and something is typed', async ({ onTestFinished }) => {
    const sim = await simulator({}, onTestFinished);
    const { line } = await watch(sim);
    await sim.cutSol();
    await line.write(Buffer.from('x'));
    expect(await line.ended).toContain('somebody else took the console over');
  });

  test.concurrent('is over when the BMC was restarted, and opens again', async ({ onTestFinished }) => {
    const sim = await simulator({}, onTestFinished);
    const { line } = await watch(sim);
    await sim.restart();
    await line.write(Buffer.from('x'));
    expect(await line.ended).toContain('was restarted');
    const { line: next } = await watch(sim);
    await next.write(Buffer.from('y'));
    await until(() => sim.serial.typed().includes('y'), 'it types');
    await next.close();
  });

  test.concurrent('has a holder that the BMC tells, for whoever looks whether it still has it', async ({ onTestFinished }) => {
    const sim = await simulator({}, onTestFinished);
    const bmc = fresh(sim, {});
    expect(await bmc.readConsoleHolder()).toBeUndefined();
    const { line } = await watch(sim);
    const us = await bmc.readConsoleHolder();
    expect(us).toMatch(/^([0-9a-f]{2} ){3}[0-9a-f]{2}$/);
    expect(await bmc.readConsoleHolder()).toBe(us);
    await sim.cutSol();
    expect(await bmc.readConsoleHolder()).toBeUndefined();
    const other = await sim.holdSol();
    const them = await bmc.readConsoleHolder();
    expect([undefined, us]).not.toContain(them);
    await other.release();
    await line.close();
  });

  // ipmitool asks every 15 s, and seven times.
  test.concurrent('is over some time after the BMC has gone, though nothing is typed', async ({ onTestFinished }) => {
    const sim = await simulator({}, onTestFinished);
    const { line } = await watch(sim);
    sim.faults.silent = true;
    expect(await line.ended).toContain('it is gone');
  }, 90_000);
});
