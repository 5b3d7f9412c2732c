import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, beforeEach, describe, expect, type TestContext, test } from 'vitest';
import {
  type BmcOptions,
  closeBmcs,
  ipmiSimulatorMissing,
  type SimulatedBmc,
  startBmc,
  startBmcs,
} from '../../../../infra/rack/bmc/simulated-bmc.ts';
import { skipped } from '../../../support/lacking.ts';
import { until } from '../../../support/until.ts';
import { type Console, ipmitool, openConsole } from './ipmitool.ts';

const missing = ipmiSimulatorMissing();
const program = fileURLToPath(new URL('bmc-holder.ts', import.meta.url));

function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'haas-bmc-'));
}

/** A BMC for one test alone. */
async function bmcFor(t: TestContext, options: Partial<BmcOptions> = {}): Promise<SimulatedBmc> {
  const folder = temporaryFolder();
  const bmc = await startBmc({ name: 'node-1', folder, ...options });
  t.onTestFinished(async () => {
    await bmc.close();
    rmSync(folder, { recursive: true });
  });
  return bmc;
}

async function consoleFor(t: TestContext, bmc: SimulatedBmc): Promise<Console> {
  const console = await openConsole(bmc);
  t.onTestFinished(() => console.kill());
  return console;
}

/** Which of 60 questions are answered while half of the packets are lost, each way. */
async function questionsAnswered(t: TestContext, bmc: SimulatedBmc): Promise<number[]> {
  const socket = createSocket('udp4');
  t.onTestFinished(() => void socket.close());
  const answered: number[] = [];
  socket.on('message', (answer) => answered.push(answer.readUInt8(18) >> 2));
  socket.connect(bmc.port, bmc.host);
  await once(socket, 'connect');
  bmc.faults.loss = 0.5;
  for (let number = 0; number < 60; number += 1) socket.send(question(number));
  // Packets keep their order: when a later one is answered, so are all that will be.
  await until(() => {
    socket.send(question(63));
    return answered.includes(63);
  }, 'everything was sent and answered');
  return answered.filter((number) => number !== 63);
}

/** Get Channel Authentication Capabilities, which needs no session, with a number that comes back in the answer (0 to 63). */
function question(number: number): Buffer {
  const body = [0x81, number << 2, 0x38, 0x0e, 0x04];
  const checksum = -body.reduce((sum, byte) => sum + byte) & 0xff;
  return Buffer.from([0x06, 0, 0xff, 0x07, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9, 0x20, 0x18, 0xc8, ...body, checksum]);
}

/** Whether a process is there and not merely waiting for its parent to take notice of its end. */
function isRunning(pid: number): boolean {
  return existsSync(`/proc/${pid}`) && !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
}

describe.skipIf(missing !== undefined)(`a simulated BMC${skipped(missing)}`, () => {
  describe('with nothing wrong', () => {
    let folder: string;
    let bmc: SimulatedBmc;
    beforeAll(async () => {
      folder = temporaryFolder();
      bmc = await startBmc({ name: 'node-1', folder });
    });
    afterAll(async () => {
      await bmc.close();
      rmSync(folder, { recursive: true });
    });
    beforeEach(() => {
      bmc.setPower('off');
      bmc.softShutdown = 200;
    });

    test('turns its machine on and off, and says what it is', async () => {
      expect(await ipmitool(bmc, 'chassis power status')).toMatchObject({ exitCode: 0, stdout: 'Chassis Power is off\n' });
      expect(await ipmitool(bmc, 'chassis power on')).toMatchObject({ exitCode: 0, stdout: 'Chassis Power Control: Up/On\n' });
      expect(bmc.power()).toBe('on');
      expect(await ipmitool(bmc, 'chassis power status')).toMatchObject({ exitCode: 0, stdout: 'Chassis Power is on\n' });
      await ipmitool(bmc, 'chassis power off');
      expect(bmc.power()).toBe('off');
    });

    test.for(["#$'%&;{}`|<>()*?", '!~[]^_+=,./:@-'])('takes the password %s', async (password, t) => {
      const other = await bmcFor(t, { password });
      expect(await ipmitool(other, 'chassis power on')).toMatchObject({ exitCode: 0 });
    });

    test('knows that somebody pressed the button', async () => {
      bmc.setPower('on');
      expect(await ipmitool(bmc, 'chassis power status')).toMatchObject({ stdout: 'Chassis Power is on\n' });
    });

    test('cycles: off, and on again a moment later', async () => {
      bmc.setPower('on');
      const before = bmc.calls().length;
      expect(await ipmitool(bmc, 'chassis power cycle')).toMatchObject({ exitCode: 0 });
      await until(() => bmc.calls().length === before + 3, 'the machine was turned on again');
      await until(() => bmc.power() === 'on', 'the machine is on');
      expect(bmc.calls().slice(before)).toEqual(['set power 0', 'get power', 'set power 1']);
    });

    test('asks the operating system to shut down, which takes its time', async () => {
      bmc.softShutdown = 1_000;
      bmc.setPower('on');
      const asked = Date.now();
      expect(await ipmitool(bmc, 'chassis power soft')).toMatchObject({ exitCode: 0, stdout: 'Chassis Power Control: Soft\n' });
      await until(() => bmc.power() === 'off', 'the machine has shut down');
      expect(Date.now() - asked).toBeGreaterThanOrEqual(1_000);
      expect(await ipmitool(bmc, 'chassis power status')).toMatchObject({ stdout: 'Chassis Power is off\n' });
    });

    test('a machine that shuts down can be turned on before it has', async () => {
      bmc.softShutdown = 500;
      bmc.setPower('on');
      await ipmitool(bmc, 'chassis power soft');
      await ipmitool(bmc, 'chassis power on');
      const asked = Date.now();
      await until(() => Date.now() > asked + 600, 'the time to shut down is over');
      expect(bmc.power()).toBe('on');
    });

    test('an operating system may not listen', async () => {
      bmc.softShutdown = 'never';
      bmc.setPower('on');
      expect(await ipmitool(bmc, 'chassis power soft')).toMatchObject({ exitCode: 0 });
      expect(bmc.calls().at(-1)).toBe('set shutdown 1');
      expect(bmc.power()).toBe('on');
    });

    test('a reset leaves the power as it is', async () => {
      bmc.setPower('on');
      expect(await ipmitool(bmc, 'chassis power reset')).toMatchObject({ exitCode: 0 });
      expect(bmc.calls().at(-1)).toBe('set reset 1');
      expect(bmc.power()).toBe('on');
    });

    test.for([
      { device: 'pxe', reads: 'Force PXE' },
      { device: 'cdrom', reads: 'Force Boot from CD/DVD' },
      { device: 'bios', reads: 'Force Boot into BIOS Setup' },
      { device: 'disk', held: 'default', reads: 'Force Boot from default Hard-Drive' },
      { device: 'none', reads: 'No override' },
    ])('keeps the boot device $device', async ({ device, held = device, reads }) => {
      expect(await ipmitool(bmc, `chassis bootdev ${device}`)).toMatchObject({ exitCode: 0 });
      expect(bmc.boot()).toBe(held);
      expect((await ipmitool(bmc, 'chassis bootparam get 5')).stdout).toContain(`Boot Device Selector : ${reads}\n`);
    });

    test('lets in nobody with another password or name', async () => {
      const password = await ipmitool(bmc, 'chassis power on', { password: 'not this one' });
      expect(password).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('RAKP 2 HMAC is invalid') });
      const user = await ipmitool(bmc, 'chassis power on', { user: 'nobody' });
      expect(user).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('unauthorized name') });
      expect(bmc.power()).toBe('off');
    });
  });

  describe('with a fault', () => {
    test('silent', async (t) => {
      const bmc = await bmcFor(t);
      bmc.faults.silent = true;
      const { exitCode, stderr } = await ipmitool(bmc, 'chassis power on');
      expect(exitCode).toBe(1);
      expect(stderr).toContain('Get Auth Capabilities error');
      bmc.faults.silent = false;
      expect(await ipmitool(bmc, 'chassis power on')).toMatchObject({ exitCode: 0 });
      expect(bmc.calls()).toEqual(['set power 1']);
    });

    test('silent in a session: nothing happens', async (t) => {
      const bmc = await bmcFor(t);
      bmc.faults.silentAfterSession = true;
      const { exitCode, stderr } = await ipmitool(bmc, 'chassis power on');
      expect(exitCode).toBe(1);
      expect(stderr).toContain('Set Session Privilege Level to ADMINISTRATOR failed');
      expect(bmc.calls()).toEqual([]);
    });

    test('silent about what it did', async (t) => {
      const bmc = await bmcFor(t);
      bmc.faults.answersPerSession = 5;
      const { exitCode, stderr } = await ipmitool(bmc, 'chassis power on');
      expect(exitCode).toBe(1);
      expect(stderr).toContain('Unable to set Chassis Power Control to Up/On');
      expect(bmc.calls()).toEqual(['set power 1']);
      expect(bmc.power()).toBe('on');
    });

    test('refuses sessions', async (t) => {
      const bmc = await bmcFor(t);
      bmc.faults.refuseSessions = 1;
      const { exitCode, stderr } = await ipmitool(bmc, 'chassis power on');
      expect(exitCode).toBe(1);
      expect(stderr).toContain('Error in open session response message : insufficient resources for session');
      bmc.faults.refuseSessions = undefined;
      expect(await ipmitool(bmc, 'chassis power on')).toMatchObject({ exitCode: 0 });
    });

    test('garbles its answers', async (t) => {
      const bmc = await bmcFor(t);
      bmc.faults.garble = true;
      const { exitCode, stderr } = await ipmitool(bmc, 'chassis power on');
      expect(exitCode).toBe(1);
      expect(stderr).toContain('IPMI Request Match NOT FOUND');
      expect(bmc.power()).toBe('off');
    });

    test('loses packets, the same ones for the same seed', async (t) => {
      const answered: number[][] = [];
      for (const seed of [7, 7, 8]) answered.push(await questionsAnswered(t, await bmcFor(t, { seed })));
      expect(answered[0]).toEqual(answered[1]);
      expect(answered[0]).not.toEqual(answered[2]);
      // A quarter of them is to be expected: question and answer have to come through.
      expect(answered[0]?.length).toBeGreaterThan(2);
      expect(answered[0]?.length).toBeLessThan(40);
    });

    test('refuses changes of power', async (t) => {
      const bmc = await bmcFor(t);
      bmc.faults.refusePower = true;
      for (const [change, name] of Object.entries({
        on: 'Up/On',
        off: 'Down/Off',
        cycle: 'Cycle',
        soft: 'Soft',
        reset: 'Reset',
      })) {
        const { exitCode, stderr } = await ipmitool(bmc, `chassis power ${change}`);
        expect(exitCode).toBe(1);
        expect(stderr).toContain(`Set Chassis Power Control to ${name} failed: Unspecified error`);
      }
      expect(bmc.power()).toBe('off');
      expect(await ipmitool(bmc, 'chassis power status')).toMatchObject({ exitCode: 0 });
    });

    test('ignores changes of power', async (t) => {
      const bmc = await bmcFor(t);
      bmc.faults.ignorePower = true;
      expect(await ipmitool(bmc, 'chassis power on')).toMatchObject({ exitCode: 0, stdout: 'Chassis Power Control: Up/On\n' });
      expect(bmc.calls()).toEqual(['set power 1']);
      expect(bmc.power()).toBe('off');
      bmc.setPower('on');
      await ipmitool(bmc, 'chassis power soft');
      expect(bmc.softShutdown).toBe(200);
      const asked = Date.now();
      await until(() => Date.now() > asked + 400, 'the time to shut down is over');
      expect(bmc.power()).toBe('on');
    });

    test('ignores boot devices', async (t) => {
      const bmc = await bmcFor(t);
      bmc.faults.ignoreBoot = true;
      expect(await ipmitool(bmc, 'chassis bootdev pxe')).toMatchObject({ exitCode: 0, stdout: 'Set Boot Device to pxe\n' });
      expect(bmc.boot()).toBe('none');
      bmc.faults.ignoreBoot = false;
      await ipmitool(bmc, 'chassis bootdev pxe');
      expect(bmc.boot()).toBe('pxe');
    });

    test('refuses boot devices', async (t) => {
      const bmc = await bmcFor(t);
      bmc.faults.refuseBoot = true;
      // ipmitool says so, and ends with 0 all the same.
      const { exitCode, stderr } = await ipmitool(bmc, 'chassis bootdev pxe');
      expect({ exitCode, stderr }).toEqual({
        exitCode: 0,
        stderr: expect.stringContaining('Set Chassis Boot Parameter 5 failed'),
      });
      expect(bmc.boot()).toBe('none');
      expect(bmc.faults.refuseBoot).toBe(true);
    });

    test('is slow', async (t) => {
      const bmc = await bmcFor(t);
      bmc.faults.slow = 700;
      const asked = Date.now();
      expect(await ipmitool(bmc, 'chassis power on')).toMatchObject({ exitCode: 0 });
      expect(Date.now() - asked).toBeGreaterThanOrEqual(700);
      expect(bmc.faults.slow).toBe(700);
    });
  });

  describe('the serial console', () => {
    const everyByte = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)).toString('latin1');

    test('carries every byte both ways', async (t) => {
      const bmc = await bmcFor(t);
      expect(bmc.serial.connected()).toBe(true);
      const console = await consoleFor(t, bmc);
      bmc.serial.write(Buffer.from(everyByte, 'latin1'));
      await until(() => console.output().length >= 256, 'all was printed');
      expect(console.output()).toBe(everyByte);
      // ipmitool takes a tilde at the beginning of a line for itself.
      console.type(`x${everyByte}`);
      await until(() => bmc.serial.typed().length >= 257, 'all was typed');
      expect(bmc.serial.typed().toString('latin1')).toBe(`x${everyByte}`);
      expect(await console.close()).toMatchObject({ exitCode: 0 });
    });

    test('echoes when told to, and tells what is typed', async (t) => {
      const bmc = await bmcFor(t);
      const console = await consoleFor(t, bmc);
      let heard = '';
      bmc.serial.onTyped = (data) => {
        heard += data.toString('latin1');
      };
      console.type('secret');
      await until(() => heard === 'secret', 'it was typed');
      bmc.serial.echo = true;
      console.type('root\xff\r');
      await until(() => console.output() === 'root\xff\r', 'it was echoed');
      expect(heard).toBe('secretroot\xff\r');
    });

    test('tells breaks from data', async (t) => {
      const bmc = await bmcFor(t);
      const console = await consoleFor(t, bmc);
      console.type('a\xff\xf3\r');
      await until(() => bmc.serial.typed().length === 4, 'the line was typed');
      expect(bmc.serial.breaks()).toBe(0);
      console.type('~B');
      // That it has sent it ipmitool says only together with output of the machine.
      await until(() => {
        bmc.serial.write('.');
        return console.output().includes('[send break]');
      }, 'ipmitool has sent it');
      console.type('b');
      await until(() => bmc.serial.typed().length === 5, 'the rest was typed');
      expect(bmc.serial.typed().toString('latin1')).toBe('a\xff\xf3\rb');
      expect(bmc.serial.breaks()).toBe(1);
    });

    test('prints continuously, and nothing is lost or changed on the way', async (t) => {
      const bmc = await bmcFor(t);
      const console = await consoleFor(t, bmc);
      const printing = bmc.serial.printContinuously(20_000, (index) => `line ${index}`);
      await until(() => console.output().length > 10_000, 'half a second has been printed');
      const printed = printing.stop();
      expect(printed).toMatch(/^line 0\r\nline 1\r\n/);
      await until(() => console.output().length >= printed.length, 'all has arrived');
      expect(console.output()).toBe(printed);
    });

    test('belongs to one at a time', async (t) => {
      const bmc = await bmcFor(t);
      const held = await bmc.holdSol();
      await expect(openConsole(bmc)).rejects.toThrow('SOL payload already active on another session');
      await expect(bmc.holdSol()).rejects.toThrow('SOL payload already active on another session');
      await held.release();
      const console = await consoleFor(t, bmc);
      bmc.serial.write('hello');
      await until(() => console.output() === 'hello', 'the console is ours');
    });

    test('can be taken away', async (t) => {
      const bmc = await bmcFor(t);
      await bmc.cutSol();
      const console = await consoleFor(t, bmc);
      await bmc.cutSol();
      const second = await consoleFor(t, bmc);
      bmc.serial.write('for the second');
      await until(() => second.output() === 'for the second', 'the second has it');
      expect(console.output()).toBe('');
    });

    test('can lose what it carries while the BMC goes on', async (t) => {
      const bmc = await bmcFor(t);
      const console = await consoleFor(t, bmc);
      bmc.faults.dropSol = true;
      bmc.serial.write('lost');
      expect(await ipmitool(bmc, 'chassis power on')).toMatchObject({ exitCode: 0 });
      expect(console.output()).toBe('');
    });
  });

  test('restarts on its port while the machine runs on', async (t) => {
    const bmc = await bmcFor(t, { power: 'on' });
    await ipmitool(bmc, 'chassis bootdev pxe');
    const { port } = bmc;
    await bmc.restart();
    expect(bmc.port).toBe(port);
    expect(bmc.serial.connected()).toBe(true);
    expect(await ipmitool(bmc, 'chassis power status')).toMatchObject({ exitCode: 0, stdout: 'Chassis Power is on\n' });
    expect((await ipmitool(bmc, 'chassis bootparam get 5')).stdout).toContain('Force PXE');
    const console = await consoleFor(t, bmc);
    bmc.serial.write('still here');
    await until(() => console.output() === 'still here', 'the new BMC has the console');
  });

  test('a folder keeps its machine', async (t) => {
    const folder = temporaryFolder();
    t.onTestFinished(() => rmSync(folder, { recursive: true }));
    const first = await startBmc({ name: 'node-1', folder });
    await ipmitool(first, 'chassis power on');
    await ipmitool(first, 'chassis bootdev cdrom');
    await first.close();
    const second = await startBmc({ name: 'node-1', folder, power: 'off' });
    t.onTestFinished(() => second.close());
    expect(second.power()).toBe('on');
    expect(second.boot()).toBe('cdrom');
    expect(second.calls()).toEqual([]);
  });

  test('says which port is taken, and leaves nothing behind', async (t) => {
    const { port } = await bmcFor(t);
    const folder = temporaryFolder();
    t.onTestFinished(() => rmSync(folder, { recursive: true }));
    await expect(startBmc({ name: 'node-2', folder, port })).rejects.toMatchObject({ code: 'EADDRINUSE', port });
  });

  test.for([{ password: 'more than twenty characters' }, { password: 'with "quotes"' }, { user: 'a b' }, { name: '../node-1' }])(
    'refuses %o',
    async (options) => {
      const folder = temporaryFolder();
      await expect(startBmc({ name: 'node-1', folder, ...options })).rejects.toThrow();
      rmSync(folder, { recursive: true });
    },
  );

  test('many at once, each with its own machine', async (t) => {
    const folder = temporaryFolder();
    const bmcs = await startBmcs(20, { name: 'node', folder });
    t.onTestFinished(async () => {
      await closeBmcs(bmcs);
      rmSync(folder, { recursive: true });
    });
    expect(bmcs.map(({ name }) => name)).toEqual(Array.from({ length: 20 }, (_, index) => `node-${index + 1}`));
    expect(new Set(bmcs.map(({ port }) => port)).size).toBe(20);
    const even = bmcs.filter((_, index) => index % 2 === 0);
    const answers = await Promise.all(even.map((bmc) => ipmitool(bmc, 'chassis power on')));
    expect(answers.map(({ exitCode }) => exitCode)).toEqual(even.map(() => 0));
    expect(bmcs.map((bmc) => bmc.power())).toEqual(bmcs.map((bmc) => (even.includes(bmc) ? 'on' : 'off')));
  });

  test('ends with the process that started it, however that ends', async (t) => {
    const folder = temporaryFolder();
    t.onTestFinished(() => rmSync(folder, { recursive: true }));
    const child = execa(process.execPath, ['--import', 'tsx', program, folder], {
      reject: false,
      stdin: 'ignore',
      buffer: false,
    });
    t.onTestFinished(() => void child.kill('SIGKILL'));
    const [said] = await once(child.stdout, 'data');
    const pids = String(said).trim().split(' ').map(Number);
    expect(pids).toHaveLength(2);
    expect(pids.every(isRunning)).toBe(true);
    child.kill('SIGKILL');
    await child;
    await until(() => !pids.some(isRunning), 'the BMC and the other user have ended');
  });
});
