import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { describe, expect, type TestContext, test } from 'vitest';
import { isLocked, lockDevice, waitForLock } from '../../agents/device-lock.ts';

const program = fileURLToPath(new URL('../support/lock-holder.ts', import.meta.url));

function folderFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'haas-locks-'));
  t.onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** Starts another process that tries to take the lock; answers what it says. */
async function otherProcess(t: TestContext, folder: string, device: string) {
  const child = execa(process.execPath, ['--import', 'tsx', program, folder, device], {
    reject: false,
    stdin: 'ignore',
    buffer: false,
  });
  const kill = async () => {
    child.kill('SIGKILL');
    await child;
  };
  t.onTestFinished(kill);
  const [said] = await once(child.stdout, 'data');
  return { says: String(said).trim(), kill };
}

describe('lockDevice', () => {
  test('gives a device to one at a time, and other devices to others', (t) => {
    const folder = folderFor(t);
    const lock = lockDevice(folder, 'switch/a');
    expect(lock).toBeDefined();
    expect(lockDevice(folder, 'switch/a')).toBeUndefined();
    expect(lockDevice(folder, 'switch/b')).toBeDefined();
    lock?.release();
    expect(lockDevice(folder, 'switch/a')).toBeDefined();
  });

  test('keeps other processes out until it is released, and is free again when they are killed', async (t) => {
    const folder = folderFor(t);
    const mine = lockDevice(folder, 'switch/a');
    expect((await otherProcess(t, folder, 'switch/a')).says).toBe('taken');
    mine?.release();
    const other = await otherProcess(t, folder, 'switch/a');
    expect(other.says).toBe('locked');
    expect(lockDevice(folder, 'switch/a')).toBeUndefined();
    await other.kill();
    expect(lockDevice(folder, 'switch/a')).toBeDefined();
  });

  test('of several processes that find a dead holder, one gets the device', async (t) => {
    const folder = folderFor(t);
    for (let round = 0; round < 2; round += 1) {
      const answers = await Promise.all(Array.from({ length: 4 }, () => otherProcess(t, folder, 'switch/a')));
      expect(answers.map(({ says }) => says).sort()).toEqual(['locked', 'taken', 'taken', 'taken']);
      await Promise.all(answers.map(({ kill }) => kill()));
    }
  });

  test('a number of a process that was given to another one is not taken for its holder', (t) => {
    const folder = folderFor(t);
    lockDevice(folder, 'switch/a')?.release();
    const own = join(folder, readdirSync(folder)[0] ?? '');
    writeFileSync(join(own, '7'), JSON.stringify({ pid: process.ppid, started: 'another boot 1', lock: 'x' }));
    expect(lockDevice(folder, 'switch/a')).toBeDefined();
    expect(readdirSync(own)).toEqual(['8']);
  });

  test('a lock whose content was lost with the host is free', (t) => {
    const folder = folderFor(t);
    lockDevice(folder, 'switch/a')?.release();
    const own = join(folder, readdirSync(folder)[0] ?? '');
    writeFileSync(join(own, '2'), '');
    expect(lockDevice(folder, 'switch/a')).toBeDefined();
  });

  test('is waited for, and can be seen from outside', async (t) => {
    const folder = folderFor(t);
    expect(isLocked(folder, 'switch/a')).toBe(false);
    const first = lockDevice(folder, 'switch/a');
    expect([isLocked(folder, 'switch/a'), isLocked(folder, 'switch/b')]).toEqual([true, false]);
    const waiting = waitForLock(folder, 'switch/a', new AbortController().signal);
    const called = new AbortController();
    const calledOff = expect(waitForLock(folder, 'switch/a', called.signal)).rejects.toThrow();
    called.abort();
    await calledOff;
    first?.release();
    (await waiting).release();
    expect(isLocked(folder, 'switch/a')).toBe(false);
    const other = await otherProcess(t, folder, 'switch/a');
    expect(isLocked(folder, 'switch/a')).toBe(true);
    await other.kill();
    expect(isLocked(folder, 'switch/a')).toBe(false);
  });
});
