import { expect, test } from 'vitest';
import { BmcError } from '../../../agents/drivers/bmc/bmc-error.ts';
import { advanceBmcJob } from '../../../agents/tasks/bmc-job.ts';
import { beginBootChange } from '../../../agents/tasks/set-boot-device.ts';
import type { BmcDiagnosis } from '../../../db/devices/bmc-report.ts';
import type { BootDevice } from '../../../db/devices/obm.ts';
import { type BmcCall, MemoryBmcs } from '../../support/memory-bmc.ts';

const access = { label: 'n1', type: 'mock', host: 'bmc', port: 623, settings: {}, sealed: '' } as const;
const pxe: BootDevice = { device: 'pxe', persistent: false, uefi: false };
const disk: BootDevice = { device: 'disk', persistent: true, uefi: true };

/** Runs one change of a machine that boots from disk, as a device worker does. */
async function carryOut(
  interfere: (call: BmcCall, machine: { boot: BootDevice }, before: number) => unknown = () => {},
  want: BootDevice = pxe,
  again = false,
) {
  const bmcs = new MemoryBmcs();
  const machine = bmcs.machine('n1');
  machine.boot = disk;
  bmcs.interfere = (call) => interfere(call, machine, bmcs.count(call.what) - 1);
  const session = bmcs.driver.open({
    access,
    credentials: { user: 'admin', password: 'sesame' },
    stateDir: '/nonexistent',
    signal: new AbortController().signal,
  });
  const change = beginBootChange({ bmc: access, boot: want }, again);
  const means = {
    session,
    patience: { open: [], backOff: { first: 1, last: 1 } },
    waits: { look: 0, dark: 0, settle: 20, doubt: 40 },
    isStopping: () => false,
    checkpoint: () => {},
  };
  for (;;) {
    const progress = await advanceBmcJob(change, means);
    if (progress.kind === 'ended') return { outcome: progress.outcome, bmcs, boot: machine.boot };
    await new Promise((resolve) => setTimeout(resolve, progress.wait));
  }
}

function fail(diagnosis: BmcDiagnosis): never {
  throw new BmcError(diagnosis, `the BMC of n1: ${diagnosis}`);
}

test('a boot device is set, read back, and then believed', async () => {
  const { outcome, bmcs } = await carryOut();
  expect(outcome).toEqual({ status: 'done', result: { boot: pxe } });
  expect(bmcs.calls.map(({ what }) => what)).toEqual(['readBoot', 'setBoot', 'readBoot']);
});

test('one that is set already is set again: BMCs forget it after a while', async () => {
  const { outcome, bmcs } = await carryOut(undefined, disk);
  expect(outcome).toEqual({ status: 'done', result: { boot: disk } });
  expect(bmcs.count('setBoot')).toBe(1);
});

test('a BMC that says yes and does nothing is caught, and the device is as before', async () => {
  const { outcome, boot } = await carryOut(({ what }) => (what === 'setBoot' ? 'ignored' : undefined));
  expect(outcome).toMatchObject({ status: 'failed', reason: 'mismatch', result: { boot: disk } });
  expect(outcome).toHaveProperty('message', expect.stringContaining('as before'));
  expect(boot).toEqual(disk);
});

test('a BMC that drops an option is caught, and set to what it was before', async () => {
  const { outcome, boot } = await carryOut(
    ({ what }, machine, before) => {
      if (what !== 'setBoot' || before > 0) return undefined;
      machine.boot = { device: 'cdrom', persistent: false, uefi: true };
      return 'ignored';
    },
    { device: 'cdrom', persistent: true, uefi: true },
  );
  expect(outcome).toMatchObject({ status: 'failed', reason: 'mismatch', result: { boot: disk } });
  expect(outcome).toHaveProperty('message', expect.stringContaining('cdrom (once, UEFI)'));
  expect(boot).toEqual(disk);
});

test('a BMC that will not go back is told as it is', async () => {
  const held: BootDevice = { device: 'cdrom', persistent: false, uefi: false };
  const { outcome } = await carryOut(({ what }, machine) => {
    if (what !== 'setBoot') return undefined;
    machine.boot = held;
    return 'ignored';
  });
  expect(outcome).toMatchObject({ status: 'failed', reason: 'incomplete', result: { boot: held } });
});

test('a BMC that refuses leaves it as before', async () => {
  const { outcome } = await carryOut(({ what }) => what === 'setBoot' && fail('refused'));
  expect(outcome).toMatchObject({ status: 'failed', reason: 'device-refused', result: { boot: disk } });
});

test('a BMC that fell silent after it had done it is found out', async () => {
  const { outcome } = await carryOut(
    ({ what }, _machine, before) => what === 'readBoot' && before > 0 && before < 3 && fail('hung'),
  );
  expect(outcome).toEqual({ status: 'done', result: { boot: pxe } });
});

test('a BMC that never tells leaves it unknown', async () => {
  const { outcome } = await carryOut(({ what }, _machine, before) => what === 'readBoot' && before > 0 && fail('no-answer'));
  expect(outcome).toMatchObject({ status: 'unknown', reason: 'unproven' });
});

test.for(['no-answer', 'wrong-password', 'unrecognised'] as const)(
  'a BMC with the trouble %s is not touched',
  async (diagnosis) => {
    const { outcome, bmcs } = await carryOut(() => fail(diagnosis));
    expect(outcome).toMatchObject({ status: 'failed', result: { diagnosis } });
    expect(bmcs.calls).toHaveLength(1);
  },
);

test('what an earlier process may have set already is not taken for what was before', async () => {
  const { outcome } = await carryOut(({ what }) => (what === 'setBoot' ? 'ignored' : undefined), pxe, true);
  expect(outcome).toMatchObject({ status: 'failed', reason: 'incomplete', message: expect.not.stringContaining('as before') });
});

test('what an earlier process may have set is unknown where the BMC does not tell', async () => {
  const { outcome } = await carryOut(() => fail('no-answer'), pxe, true);
  expect(outcome).toMatchObject({ status: 'unknown', reason: 'unproven', message: expect.stringContaining('no-answer') });
});

test('what an earlier process began is set again', async () => {
  expect((await carryOut(undefined, pxe, true)).outcome).toEqual({ status: 'done', result: { boot: pxe } });
});

test('no boot device is no boot device, whatever options the BMC still holds', async () => {
  const none: BootDevice = { device: 'none', persistent: false, uefi: false };
  const { outcome } = await carryOut(({ what }, machine) => {
    if (what !== 'setBoot') return undefined;
    machine.boot = { ...none, uefi: true };
    return 'ignored';
  }, none);
  expect(outcome).toMatchObject({ status: 'done', result: { boot: { device: 'none' } } });
});
