import { readdirSync, readFileSync } from 'node:fs';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { BmcError } from '../../../../agents/drivers/bmc/bmc-error.ts';
import { ipmiDriver } from '../../../../agents/drivers/bmc/ipmi.ts';
import type { BootDevice } from '../../../../db/devices/obm.ts';
import { ipmiSimulatorMissing, type SimulatedBmc } from '../../../../infra/rack/bmc/simulated-bmc.ts';
import { skipped } from '../../../support/lacking.ts';
import { until } from '../../../support/until.ts';
import { open, simulator, type Wanted } from './bench.ts';

const missing = ipmiSimulatorMissing();

/** The BMC, by a driver that knows nothing of it yet. */
const fresh = (sim: SimulatedBmc, more: Wanted = {}) =>
  open(ipmiDriver(), { host: sim.host, port: sim.port, user: sim.user, password: sim.password, ...more });

async function failure(work: Promise<unknown>): Promise<BmcError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof BmcError) return error;
    throw error;
  }
  throw new Error('it should have failed');
}

/** Has the BMC's administrator do something. */
async function administer(sim: SimulatedBmc, ...words: string[]): Promise<void> {
  const login = ['-H', sim.host, '-p', String(sim.port), '-U', sim.user, '-P', sim.password];
  await execa('ipmitool', ['-I', 'lanplus', '-C', '3', ...login, ...words]);
}

/** Makes another user of the BMC. */
async function addUser(sim: SimulatedBmc, user: string, password: string, level: 3 | 4): Promise<void> {
  await administer(sim, 'user', 'set', 'name', '3', user);
  await administer(sim, 'user', 'set', 'password', '3', password, '20');
  await administer(sim, 'user', 'enable', '3');
  await administer(sim, 'channel', 'setaccess', '1', '3', 'ipmi=on', `privilege=${level}`);
}

/** What every program that runs now has in its environment or arguments, of those that name this port. */
function processesAt(port: number): { readonly arguments: string; readonly environment: string[] }[] {
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return [];
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      if (!words[0]?.endsWith('ipmitool') || !words.includes(String(port))) return [];
      return [
        { arguments: words.join(' '), environment: readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').filter(Boolean) },
      ];
    } catch {
      // It has ended meanwhile.
      return [];
    }
  });
}

describe.skipIf(missing !== undefined)(`ipmi${skipped(missing)}`, () => {
  test('says what the BMC is, and the cipher suite that it was reached with', async () => {
    const sim = await simulator({ power: 'on' });
    expect(await fresh(sim).check()).toEqual({
      power: 'on',
      manufacturer: 'Unknown',
      product: 'Unknown (0x01)',
      firmware: '1.00',
      cipher_suite: 3,
    });
  });

  test('changes power, and reads it', async () => {
    const sim = await simulator({ softShutdown: 0 });
    const bmc = fresh(sim);
    expect(await bmc.readPower()).toBe('off');
    await bmc.setPower('on');
    expect([await bmc.readPower(), sim.power()]).toEqual(['on', 'on']);
    await bmc.setPower('cycle');
    await until(async () => (await bmc.readPower()) === 'on', 'the cycle is over');
    await bmc.setPower('soft');
    await until(() => sim.power() === 'off', 'it has shut down');
    expect(await bmc.readPower()).toBe('off');
    await bmc.setPower('on');
    await bmc.setPower('off');
    expect([await bmc.readPower(), sim.power()]).toEqual(['off', 'off']);
  });

  test('a machine that does not shut down, or does nothing at all, is read as it is', async () => {
    const sim = await simulator({ power: 'on', softShutdown: 'never' });
    const bmc = fresh(sim);
    await bmc.setPower('soft');
    sim.faults.ignorePower = true;
    await bmc.setPower('off');
    expect(await bmc.readPower()).toBe('on');
  });

  const devices: readonly BootDevice['device'][] = ['pxe', 'disk', 'cdrom', 'bios', 'none'];
  test('sets each boot device, and reads it', async () => {
    const sim = await simulator();
    const bmc = fresh(sim);
    for (const device of devices) {
      await bmc.setBoot({ device, persistent: false, uefi: false });
      expect(await bmc.readBoot()).toEqual({ device, persistent: false, uefi: false });
    }
    expect(sim.calls().filter((call) => call.startsWith('set boot'))).toHaveLength(devices.length);
    await bmc.setBoot({ device: 'pxe', persistent: true, uefi: true });
    expect(sim.boot()).toBe('pxe');
    // ipmi_sim drops what it does not know, and the driver does not make it up.
    expect(await bmc.readBoot()).toEqual({ device: 'pxe', persistent: false, uefi: false });
  });

  test('a boot device that the BMC calls not valid is none, unless it said so of one that was just set', async () => {
    const sim = await simulator();
    await fresh(sim).setBoot({ device: 'pxe', persistent: false, uefi: false });
    expect(await fresh(sim).readBoot()).toEqual({ device: 'none', persistent: false, uefi: false });
  });

  test('a boot device that the BMC took and did not keep is read as it is', async () => {
    const sim = await simulator();
    const bmc = fresh(sim);
    await bmc.setBoot({ device: 'disk', persistent: false, uefi: false });
    sim.faults.ignoreBoot = true;
    await bmc.setBoot({ device: 'pxe', persistent: false, uefi: false });
    expect(await bmc.readBoot()).toMatchObject({ device: 'disk' });
  });

  test('a BMC that refuses is quoted', async () => {
    const sim = await simulator();
    sim.faults.refusePower = true;
    const { diagnosis, fault, message } = await failure(fresh(sim).setPower('on'));
    expect({ diagnosis, fault }).toEqual({ diagnosis: 'refused', fault: 'refused' });
    expect(message).toContain(`node-1: the BMC at 127.0.0.1:${sim.port} refused the power command "on"`);
    expect(message).toContain('Set Chassis Power Control to Up/On failed: ');
  });

  describe.each([
    ['wrong-user', { user: 'nobody' }, 'PATCH /v0/node/node-1'],
    ['wrong-user', { user: 'a'.repeat(17) }, 'no user name that IPMI knows'],
    ['wrong-user', { user: '-v' }, 'no user name that IPMI knows'],
    ['wrong-password', { password: 'wrong' }, 'change it with PATCH /v0/node/node-1'],
    ['wrong-password', { password: '' }, 'change it with PATCH /v0/node/node-1'],
    ['wrong-password', { password: '123456789012345678901' }, 'at most 20'],
    ['cipher', { settings: { cipher_suite: 17 } }, '"cipher_suite"'],
    ['no-answer', { host: 'nowhere.invalid' }, 'nothing answers at nowhere.invalid'],
    ['no-answer', { host: '-v' }, 'that is no host name'],
  ] as const)('%s', (diagnosis, wanted, words) => {
    test(`${JSON.stringify(wanted)}`, async () => {
      const sim = await simulator();
      const error = await failure(fresh(sim, wanted).setPower('on'));
      expect(error).toMatchObject({ diagnosis, message: expect.stringContaining(words) });
      expect(error.message).toMatch(/^node-1: /);
      expect(error.message).not.toContain(sim.password);
      expect(sim.calls()).not.toContain('set power 1');
    });
  });

  test.each([
    [0x01, 'session-refused'],
    [0x02, 'session-refused'],
    [0x04, 'cipher'],
    [0x09, 'privilege'],
    [0x0b, 'privilege'],
    [0x0d, 'wrong-user'],
    [0x11, 'cipher'],
    [0x7e, 'session-refused'],
  ] as const)('a session that is refused with status %i', async (status, diagnosis) => {
    const sim = await simulator();
    sim.faults.refuseSessions = status;
    expect(await failure(fresh(sim).readPower())).toMatchObject({ diagnosis });
  });

  test('an operator does all there is to do', async () => {
    const sim = await simulator();
    await addUser(sim, 'operator', 'secret', 3);
    const bmc = fresh(sim, { user: 'operator', password: 'secret', settings: { privilege_level: 'operator' } });
    await bmc.setPower('on');
    await bmc.setBoot({ device: 'pxe', persistent: false, uefi: false });
    expect(await bmc.readPower()).toBe('on');
  });

  // 16 bytes: ipmi_sim mixes up longer ones.
  test('user and password may hold any character', async () => {
    const sim = await simulator();
    const user = `o'$;"\\p*~`;
    const password = `a b'$;<"\\x*\`~!#%`;
    await addUser(sim, user, password, 4);
    expect(await fresh(sim, { user, password }).readPower()).toBe('off');
  });

  test('the password is in no process list, and nothing else of the agent reaches the program', async () => {
    const sim = await simulator();
    sim.faults.slow = 500;
    const reading = fresh(sim, { settings: { cipher_suite: 3 } }).readPower();
    const [seen] = await until(() => {
      const found = processesAt(sim.port).filter(({ environment }) => environment.length > 0);
      return found.length > 0 ? found : undefined;
    }, 'ipmitool runs');
    await reading;
    expect(seen?.arguments).not.toContain(sim.password);
    const names = seen?.environment.map((line) => line.slice(0, line.indexOf('=')));
    expect(names?.sort()).toEqual(['HOME', 'IPMI_PASSWORD', 'LC_ALL', 'PATH']);
  });

  test('what is called off ends at once, and so does its program', async () => {
    const sim = await simulator();
    sim.faults.silent = true;
    const calling = new AbortController();
    const bmc = fresh(sim, { signal: calling.signal });
    const failed = failure(bmc.setPower('on'));
    await until(() => processesAt(sim.port).length > 0, 'ipmitool runs');
    calling.abort();
    expect(await failed).toMatchObject({ diagnosis: 'hung', fault: 'lost', message: expect.stringContaining('called off') });
    expect(processesAt(sim.port)).toEqual([]);
    expect(await failure(bmc.readPower())).toMatchObject({ diagnosis: 'hung' });
  });

  test('what takes too long is lost: it may have happened', async () => {
    const sim = await simulator();
    sim.faults.slow = 3_000;
    const bmc = open(ipmiDriver({ timeout: 1_000 }), { port: sim.port, user: sim.user, password: sim.password });
    expect(await failure(bmc.setPower('on'))).toMatchObject({ diagnosis: 'hung', fault: 'lost' });
  });

  test.concurrent('a BMC that does not answer', async ({ onTestFinished }) => {
    const sim = await simulator({}, onTestFinished);
    sim.faults.silent = true;
    const error = await failure(fresh(sim).setPower('on'));
    expect(error).toMatchObject({ diagnosis: 'no-answer', fault: 'unreachable' });
    expect(error.message).toContain(`nothing answers at 127.0.0.1, UDP port ${sim.port}`);
  });

  test.concurrent('a BMC that falls silent once the session is open', async ({ onTestFinished }) => {
    const sim = await simulator({}, onTestFinished);
    sim.faults.silentAfterSession = true;
    expect(await failure(fresh(sim).setPower('on'))).toMatchObject({ diagnosis: 'hung', fault: 'lost' });
  });

  test.concurrent('a BMC that does what it is told and never says so', async ({ onTestFinished }) => {
    const sim = await simulator({}, onTestFinished);
    const bmc = fresh(sim, { settings: { cipher_suite: 3 } });
    // Those before it are about the session, and what kind of BMC it is.
    sim.faults.answersPerSession = 5;
    expect(await failure(bmc.setPower('on'))).toMatchObject({ diagnosis: 'hung', fault: 'lost' });
    await until(() => sim.power() === 'on', 'it is on');
  });

  test.concurrent('a BMC whose answers are altered on the way is not believed', async ({ onTestFinished }) => {
    const sim = await simulator({ power: 'on' }, onTestFinished);
    sim.faults.garble = true;
    expect((await failure(fresh(sim).readPower())).message).toMatch(/^node-1: /);
  });

  test.concurrent('whatever is lost on the way, "unreachable" means that nothing happened', async ({ onTestFinished }) => {
    for (const seed of [1, 2, 3]) {
      const sim = await simulator({ seed }, onTestFinished);
      sim.faults.loss = 0.25;
      const bmc = fresh(sim, { settings: { cipher_suite: 3 } });
      const error = await bmc.setPower('on').then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      if (error === undefined) expect(sim.power()).toBe('on');
      else if (!(error instanceof BmcError)) throw error;
      else if (error.fault === 'unreachable' || error.fault === 'denied') expect(sim.calls()).not.toContain('set power 1');
    }
  }, 60_000);
});
