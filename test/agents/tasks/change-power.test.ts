import { describe, expect, test } from 'vitest';
import type { Step } from '../../../agents/checkpoint.ts';
import { BmcError } from '../../../agents/drivers/bmc/bmc-error.ts';
import { advanceBmcJob, supersedeBmcJob } from '../../../agents/tasks/bmc-job.ts';
import { beginPowerChange } from '../../../agents/tasks/change-power.ts';
import type { Outcome } from '../../../db/commands/outcome.ts';
import type { BmcDiagnosis } from '../../../db/devices/bmc-report.ts';
import type { Power } from '../../../db/devices/obm.ts';
import { type BmcCall, MemoryBmcs } from '../../support/memory-bmc.ts';

const access = { label: 'n1', type: 'mock', host: 'bmc', port: 623, settings: {}, sealed: '' } as const;
const waits = { look: 0, dark: 1, settle: 20, doubt: 60 };

interface Told {
  readonly action?: 'on' | 'off' | 'cycle';
  readonly force?: boolean;
  readonly pxe?: boolean;
  readonly start?: Power;
  readonly obeys?: boolean;
  readonly again?: boolean;
  readonly bmcs?: MemoryBmcs;
  /** Called before each call of the BMC, with how many of that kind there were before. */
  readonly interfere?: (call: BmcCall, before: number) => unknown;
}

/** Runs one change to its end as a device worker does, waiting when told to. */
async function carryOut({
  action = 'on',
  force = false,
  pxe = false,
  start = 'off',
  obeys = true,
  again = false,
  bmcs = new MemoryBmcs(),
  interfere,
}: Told) {
  Object.assign(bmcs.machine('n1'), { power: start, obeys });
  bmcs.interfere = (call) => interfere?.(call, bmcs.calls.filter(({ what }) => what === call.what).length - 1);
  const session = bmcs.driver.open({
    access,
    credentials: { user: 'admin', password: 'sesame' },
    stateDir: '/nonexistent',
    signal: new AbortController().signal,
  });
  const change = beginPowerChange({ bmc: access, action, force, limit: 1, pxe }, again);
  // The limit is a matter of seconds for users, and of milliseconds here.
  Object.assign(change, { limit: 20 });
  const steps: Step[] = [];
  const means = { session, patience: { open: [], backOff: { first: 1, last: 1 } }, waits, isStopping: () => false };
  const checkpoint = (step: Step) => void steps.push(step);
  for (;;) {
    const progress = await advanceBmcJob(change, { ...means, checkpoint });
    if (progress.kind === 'ended') return { outcome: progress.outcome, bmcs, change, steps, power: bmcs.machine('n1').power };
    await new Promise((resolve) => setTimeout(resolve, progress.wait));
  }
}

function asked(bmcs: MemoryBmcs): unknown[] {
  return bmcs.calls.filter(({ what }) => what === 'setPower').map(({ wanted }) => wanted);
}

function fail(diagnosis: BmcDiagnosis): never {
  throw new BmcError(diagnosis, `the BMC of n1: ${diagnosis}`);
}

const done = (power: Power): Outcome => ({ status: 'done', result: { power } });

describe('power', () => {
  test.for(['on', 'off'] as const)('%s is asked for, read back, and then believed', async (action) => {
    const { outcome, bmcs } = await carryOut({ action, start: action === 'on' ? 'off' : 'on' });
    expect(outcome).toEqual(done(action));
    expect(bmcs.calls.map(({ what }) => what)).toEqual(['readPower', 'setPower', 'readPower']);
  });

  test.for(['on', 'off'] as const)('that is %s already is left alone', async (action) => {
    const { outcome, bmcs } = await carryOut({ action, start: action });
    expect(outcome).toEqual(done(action));
    expect(asked(bmcs)).toEqual([]);
  });

  test('that comes late is waited for', async () => {
    const bmcs = new MemoryBmcs();
    const { outcome } = await carryOut({
      bmcs,
      interfere: ({ what }, before) => {
        if (what === 'readPower' && before === 3) bmcs.machine('n1').power = 'on';
        return what === 'setPower' ? 'ignored' : undefined;
      },
    });
    expect(outcome).toEqual(done('on'));
  });

  test('that a BMC takes and a machine does not is no success', async () => {
    const { outcome } = await carryOut({ interfere: ({ what }) => (what === 'setPower' ? 'ignored' : undefined) });
    expect(outcome).toMatchObject({ status: 'failed', reason: 'no-reaction', result: { power: 'off' } });
  });

  test('that a BMC refuses is told at once, and read back', async () => {
    const { outcome, bmcs } = await carryOut({ interfere: ({ what }) => what === 'setPower' && fail('refused') });
    expect(outcome).toMatchObject({ status: 'failed', reason: 'device-refused', result: { power: 'off' } });
    expect(bmcs.count('readPower')).toBe(2);
  });

  test('that a BMC did before it fell silent is found out', async () => {
    const { outcome, power } = await carryOut({
      interfere: ({ what }, before) => {
        if (what === 'readPower' && before > 0 && before < 3) fail('no-answer');
      },
    });
    expect(outcome).toEqual(done('on'));
    expect(power).toBe('on');
  });

  test('that comes late is waited for, however long the BMC took to take it', async () => {
    const bmcs = new MemoryBmcs();
    const { outcome } = await carryOut({
      bmcs,
      interfere: async ({ what }, before) => {
        if (what === 'readPower' && before === 2) bmcs.machine('n1').power = 'on';
        if (what !== 'setPower') return undefined;
        await new Promise((resolve) => setTimeout(resolve, 2 * waits.settle));
        return 'ignored';
      },
    });
    expect(outcome).toEqual(done('on'));
  });

  test('that an earlier process may have made is unknown where the BMC does not tell', async () => {
    const { outcome, bmcs } = await carryOut({ again: true, interfere: () => fail('no-answer') });
    expect(outcome).toMatchObject({ status: 'unknown', reason: 'unproven', message: expect.stringContaining('no-answer') });
    expect(asked(bmcs)).toEqual([]);
  });

  test('that nobody can tell about is unknown', async () => {
    const { outcome } = await carryOut({
      interfere: ({ what }, before) => what !== 'setPower' && before > 0 && fail('no-answer'),
    });
    expect(outcome).toMatchObject({ status: 'unknown', reason: 'unproven' });
    expect(outcome).toHaveProperty('message', expect.stringContaining('power status'));
  });

  test.for([
    ['no-program', 'unreachable'],
    ['no-answer', 'unreachable'],
    ['session-refused', 'unreachable'],
    ['wrong-user', 'denied'],
    ['wrong-password', 'denied'],
    ['cipher', 'denied'],
    ['privilege', 'denied'],
    ['hung', 'interrupted'],
    ['unrecognised', 'unreadable'],
  ] as const)('of a BMC with the trouble %s is not touched, and the trouble is told', async ([diagnosis, reason]) => {
    const { outcome, bmcs } = await carryOut({ interfere: () => fail(diagnosis) });
    expect(outcome).toMatchObject({ status: 'failed', reason, result: { diagnosis } });
    expect(bmcs.calls).toHaveLength(1);
  });

  test.for(['on', 'off'] as const)('%s that an earlier process began is looked at, and finished', async (action) => {
    const { outcome, power } = await carryOut({ action, again: true, start: action === 'on' ? 'off' : 'on' });
    expect(outcome).toEqual(done(action));
    expect(power).toBe(action);
  });
});

describe('a power cycle', () => {
  test('asks the operating system to shut down, and turns the machine on again', async () => {
    const { outcome, bmcs } = await carryOut({ action: 'cycle', start: 'on' });
    expect(outcome).toEqual(done('on'));
    expect(asked(bmcs)).toEqual(['soft', 'on']);
  });

  test('of a machine that does not react leaves it on, says so, and names the remedy', async () => {
    const { outcome, power } = await carryOut({ action: 'cycle', start: 'on', obeys: false });
    expect(outcome).toMatchObject({ status: 'failed', reason: 'no-reaction', result: { power: 'on' } });
    expect(outcome).toHaveProperty('message', expect.stringContaining('"force"'));
    expect(power).toBe('on');
  });

  test('by force does not ask, and each half of it is read back', async () => {
    const { outcome, bmcs } = await carryOut({ action: 'cycle', start: 'on', force: true, obeys: false });
    expect(outcome).toEqual(done('on'));
    expect(bmcs.calls.map(({ what }) => what)).toEqual(['readPower', 'setPower', 'readPower', 'setPower', 'readPower']);
    expect(asked(bmcs)).toEqual(['off', 'on']);
  });

  test.for([true, false])('of a machine that is off turns it on (force: %s)', async (force) => {
    const { outcome, bmcs } = await carryOut({ action: 'cycle', start: 'off', force });
    expect(outcome).toEqual(done('on'));
    expect(asked(bmcs)).toEqual(['on']);
  });

  test('whose second half fails says that the machine is off', async () => {
    const { outcome } = await carryOut({
      action: 'cycle',
      force: true,
      start: 'on',
      interfere: ({ wanted }) => wanted === 'on' && fail('refused'),
    });
    expect(outcome).toMatchObject({ status: 'failed', reason: 'incomplete', result: { power: 'off' } });
  });

  test('goes on when the BMC was away between its halves', async () => {
    const { outcome, power, bmcs } = await carryOut({
      action: 'cycle',
      force: true,
      start: 'on',
      interfere: ({ wanted }, before) => wanted === 'on' && before < 3 && fail('no-answer'),
    });
    expect(outcome).toEqual(done('on'));
    expect(power).toBe('on');
    expect(asked(bmcs)).toEqual(['off', 'on', 'on', 'on']);
  });

  test('that an earlier process began is never done again', async () => {
    const { outcome, bmcs } = await carryOut({ action: 'cycle', start: 'on', again: true });
    expect(outcome).toMatchObject({ status: 'unknown', reason: 'unproven' });
    expect(bmcs.calls).toEqual([]);
  });

  test('gives way to a later command, and says how far it came', async () => {
    const { change } = await carryOut({ action: 'cycle', start: 'on', obeys: false });
    expect(supersedeBmcJob(change)).toMatchObject({ status: 'unknown', message: expect.stringContaining('took over') });
  });

  test('into PXE sets the boot device first, and reads it back', async () => {
    const { outcome, bmcs } = await carryOut({ action: 'cycle', start: 'on', force: true, pxe: true });
    expect(outcome).toEqual(done('on'));
    const order = bmcs.calls.map(({ what }) => what);
    expect(order.indexOf('setBoot')).toBeLessThan(order.indexOf('setPower'));
    expect(bmcs.machine('n1').boot).toEqual({ device: 'pxe', persistent: false, uefi: false });
  });

  test.for(['lies', 'refuses'])('whose BMC %s about PXE does not touch the power', async (how) => {
    const { outcome, bmcs, power } = await carryOut({
      action: 'cycle',
      start: 'on',
      force: true,
      pxe: true,
      interfere: ({ what }) => {
        if (what !== 'setBoot') return undefined;
        return how === 'lies' ? 'ignored' : fail('refused');
      },
    });
    expect(outcome).toMatchObject({ status: 'failed', message: expect.stringContaining('power was not touched') });
    expect(asked(bmcs)).toEqual([]);
    expect(power).toBe('on');
  });

  test('into PXE that ends otherwise tells that the next boot was set', async () => {
    const pxe = { action: 'cycle', start: 'on', pxe: true } as const;
    const message = expect.stringContaining('next boot was set to PXE');
    const deaf = await carryOut({ ...pxe, obeys: false });
    expect(deaf.outcome).toMatchObject({ status: 'failed', reason: 'no-reaction', message });
    expect(supersedeBmcJob(deaf.change)).toMatchObject({ status: 'unknown', message });
    const away = await carryOut({ ...pxe, interfere: ({ what }) => what === 'setPower' && fail('no-answer') });
    expect(away.outcome).toMatchObject({ status: 'failed', reason: 'unreachable', message });
    const without = await carryOut({ ...pxe, pxe: false, obeys: false });
    expect(without.outcome).not.toMatchObject({ message });
  });

  test.for(['setBoot', 'readBoot'] as const)('whose BMC falls silent at %s may boot from the network', async (silent) => {
    const { outcome, bmcs } = await carryOut({
      action: 'cycle',
      start: 'on',
      pxe: true,
      interfere: ({ what }, before) => what === silent && (what === 'setBoot' || before > 0) && fail('hung'),
    });
    expect(outcome).toMatchObject({ status: 'unknown', message: expect.stringContaining('power was not touched') });
    expect(asked(bmcs)).toEqual([]);
  });
});
