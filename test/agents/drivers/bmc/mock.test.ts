import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Bmc } from '../../../../agents/drivers/bmc/driver.ts';
import { findBmcDriver } from '../../../../agents/drivers/bmc/drivers.ts';
import { ipmi } from '../../../../agents/drivers/bmc/ipmi.ts';
import { mock } from '../../../../agents/drivers/bmc/mock.ts';
import type { BootDevice } from '../../../../db/devices/obm.ts';
import { until } from '../../../support/until.ts';
import { folder, open } from './bench.ts';

let stateDir = '';
beforeEach(() => {
  stateDir = folder();
});

const bmc = (host = 'bmc-1', more: { readonly label?: string; readonly signal?: AbortSignal } = {}) =>
  open(mock, { host, stateDir, ...more });

const pxe: BootDevice = { device: 'pxe', persistent: false, uefi: true };

test('drivers are found by the short type', () => {
  expect([findBmcDriver('mock'), findBmcDriver('ipmi'), findBmcDriver('redfish')]).toEqual([mock, ipmi, undefined]);
});

describe('mock', () => {
  test('keeps power and boot device in the state folder, by label', async () => {
    expect(await bmc().readPower()).toBe('off');
    await bmc().setPower('on');
    expect(await bmc('another-host').readPower()).toBe('on');
    expect(await bmc('bmc-1', { label: 'node-2' }).readPower()).toBe('off');
    await bmc().setBoot(pxe);
    expect(await bmc().readBoot()).toEqual(pxe);
    await bmc().setPower('soft');
    expect(await bmc().readPower()).toBe('off');
    expect(await bmc().check()).toEqual({
      power: 'off',
      manufacturer: 'HaaS',
      product: 'mock',
      firmware: '1',
      cipher_suite: null,
    });
  });

  test('forgets the boot device of one boot when it has booted, and no other', async () => {
    await bmc().setBoot(pxe);
    await bmc().setPower('cycle');
    expect(await bmc().readBoot()).toEqual({ device: 'none', persistent: false, uefi: true });
    await bmc().setBoot({ ...pxe, persistent: true });
    await bmc().setPower('cycle');
    await bmc().setPower('on');
    expect(await bmc().readBoot()).toEqual({ ...pxe, persistent: true });
    expect(await bmc().readPower()).toBe('on');
  });

  test('a damaged file is not taken for a fresh machine', async () => {
    await bmc().setPower('on');
    const [file = ''] = readdirSync(join(stateDir, 'mock-bmcs'));
    writeFileSync(join(stateDir, 'mock-bmcs', file), '{"format":"mock-bmc-1","power":"on"}');
    await expect(bmc().readPower()).rejects.toMatchObject({ diagnosis: 'unrecognised', message: expect.stringContaining(file) });
    await expect(bmc().setPower('off')).rejects.toMatchObject({ diagnosis: 'unrecognised' });
  });

  const calls: readonly ((bmc: Bmc) => Promise<unknown>)[] = [
    (some) => some.readPower(),
    (some) => some.setPower('on'),
    (some) => some.readBoot(),
    (some) => some.setBoot(pxe),
    (some) => some.check(),
    (some) => some.openConsole(() => {}),
  ];

  test.each([
    ['unreachable', 'no-answer'],
    ['wrong-password', 'wrong-password'],
  ])('%s', async (host, diagnosis) => {
    for (const call of calls)
      await expect(call(bmc(host))).rejects.toMatchObject({ diagnosis, message: expect.stringMatching(/^node-1: /) });
    expect(await bmc().readPower()).toBe('off');
  });

  test('refuse: reads, and refuses the rest', async () => {
    const some = bmc('refuse');
    await expect(some.setPower('on')).rejects.toMatchObject({ diagnosis: 'refused' });
    await expect(some.setBoot(pxe)).rejects.toMatchObject({ diagnosis: 'refused' });
    await expect(some.openConsole(() => {})).rejects.toMatchObject({ diagnosis: 'refused' });
    expect([await some.readPower(), (await some.readBoot()).device]).toEqual(['off', 'none']);
  });

  test('lie: says yes and does nothing', async () => {
    const some = bmc('lie');
    await some.setPower('on');
    await some.setBoot(pxe);
    expect([await some.readPower(), (await some.readBoot()).device]).toEqual(['off', 'none']);
  });

  test('deaf: does not shut down when it is asked, and does all else', async () => {
    const some = bmc('deaf');
    await some.setPower('on');
    await some.setPower('soft');
    expect(await some.readPower()).toBe('on');
    await some.setPower('off');
    expect(await some.readPower()).toBe('off');
  });

  test('garble: does everything, and cannot be read', async () => {
    const some = bmc('garble');
    await some.setPower('on');
    await some.setBoot(pxe);
    for (const reading of [some.readPower(), some.readBoot(), some.check()])
      await expect(reading).rejects.toMatchObject({ diagnosis: 'unrecognised' });
    expect(await bmc().readPower()).toBe('on');
  });

  test('hang: every call waits and is lost, the sooner when it is called off', async () => {
    await Promise.all(calls.map((call) => expect(call(bmc('hang'))).rejects.toMatchObject({ diagnosis: 'hung', fault: 'lost' })));
    expect(await bmc().readPower()).toBe('off');
    const calling = new AbortController();
    const hanging = expect(bmc('hang', { signal: calling.signal }).readPower()).rejects.toMatchObject({
      message: expect.stringContaining('called off'),
    });
    calling.abort();
    await hanging;
    await expect(bmc('bmc-1', { signal: calling.signal }).setPower('on')).rejects.toMatchObject({ fault: 'lost' });
    expect(await bmc().readPower()).toBe('off');
  });
});

describe('mock: the console', () => {
  async function watch(signal?: AbortSignal) {
    let output = '';
    const line = await bmc('bmc-1', signal ? { signal } : {}).openConsole((data) => {
      output += data.toString('latin1');
    });
    return { line, output: () => output };
  }

  test('prints what is typed, and breaks', async () => {
    const { line, output } = await watch();
    await line.write(Buffer.from('ls\r\xff', 'latin1'));
    await line.sendBreak();
    expect(output()).toBe('ls\r\nmock> \xff[break]');
    await line.close();
    expect(await line.ended).toBe('it was closed from here');
    await expect(line.write(Buffer.from('x'))).rejects.toMatchObject({ fault: 'lost' });
    await expect(line.sendBreak()).rejects.toMatchObject({ fault: 'lost' });
    await line.close();
  });

  test('prints every start of the machine, and what it boots from', async () => {
    const { line, output } = await watch();
    await bmc().setBoot(pxe);
    await bmc().setPower('on');
    await until(() => output().includes('Booting from pxe ...\r\nStarted.\r\nmock> '), 'it has started');
    expect(output()).toContain('node-1: UEFI');
    await bmc().setPower('cycle');
    await until(() => output().includes('Booting from the first device in order'), 'it has started again');
    await line.close();
  });

  test('has one holder', async () => {
    const first = await watch();
    const second = await watch();
    expect(await first.line.ended).toBe('somebody else took the console over');
    await second.line.write(Buffer.from('x'));
    expect([first.output(), second.output()]).toEqual(['', 'x']);
    await second.line.close();
  });

  test('ends when it is called off', async () => {
    const calling = new AbortController();
    const { line } = await watch(calling.signal);
    calling.abort();
    expect(await line.ended).toBe('it was called off');
  });
});
