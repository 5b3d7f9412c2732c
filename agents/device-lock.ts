import { randomUUID } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { fileName } from './file-name.ts';

/** A device that no other process of this host works on until `release` is called or this process ends. */
export interface DeviceLock {
  release(): void;
}

const holder = z.object({ pid: z.int().positive(), started: z.string(), lock: z.string() });
type Holder = z.output<typeof holder>;

/** How often somebody else's lock is looked at, in ms. */
const POLL = 20;

/** Locks that this process holds: a process cannot see from a file whether it has let go itself. */
const held = new Set<string>();

/**
 * Takes the lock of a device on this host, or answers undefined when a living process has it.
 * Leases keep agents apart as long as the database is honest; this keeps the processes of one host apart when it is not.
 *
 * A lock is a folder of numbered files, each naming a process; the highest number tells who holds it. A file is made with its
 * content or not at all, and only where its number is still free, so of several processes that find a dead holder one succeeds.
 * The highest number is never removed, so a process that was slow to look cannot make a number that was in use before.
 */
export function lockDevice(folder: string, device: string): DeviceLock | undefined {
  const own = join(folder, fileName(device));
  mkdirSync(own, { recursive: true, mode: 0o700 });
  const last = highest(own);
  if (last > 0 && isHeld(join(own, String(last)))) return undefined;

  const mine: Holder = { pid: process.pid, started: startOf(process.pid), lock: randomUUID() };
  const number = last + 1;
  if (!create(own, number, mine)) return undefined;
  if (highest(own) !== number) {
    rmSync(join(own, String(number)), { force: true });
    return undefined;
  }
  held.add(mine.lock);
  for (const older of numbers(own)) if (older < number) rmSync(join(own, String(older)), { force: true });
  return {
    release() {
      if (held.delete(mine.lock)) writeFileSync(join(own, String(number)), '{}');
    },
  };
}

/** Takes the lock of a device as soon as nobody else has it. Rejects when `signal` aborts. */
export async function waitForLock(folder: string, device: string, signal: AbortSignal): Promise<DeviceLock> {
  for (;;) {
    signal.throwIfAborted();
    const lock = lockDevice(folder, device);
    if (lock) return lock;
    await sleep(POLL, undefined, { signal });
  }
}

/** Whether a living process has the lock of a device now. */
export function isLocked(folder: string, device: string): boolean {
  const own = join(folder, fileName(device));
  if (!existsSync(own)) return false;
  const last = highest(own);
  return last > 0 && isHeld(join(own, String(last)));
}

function numbers(folder: string): number[] {
  return readdirSync(folder)
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function highest(folder: string): number {
  return Math.max(0, ...numbers(folder));
}

function create(folder: string, number: number, content: Holder): boolean {
  const temporary = join(folder, `new-${content.lock}`);
  writeFileSync(temporary, JSON.stringify(content), { mode: 0o600 });
  try {
    linkSync(temporary, join(folder, String(number)));
    return true;
  } catch {
    return false;
  } finally {
    rmSync(temporary, { force: true });
  }
}

function isHeld(path: string): boolean {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    // Gone since it was listed: somebody is busy with the lock.
    return true;
  }
  const known = holder.safeParse(jsonOrNull(text)).data;
  // Nobody's: it was released, or its content was lost with the host that went down.
  if (!known) return false;
  if (known.pid === process.pid && known.started === startOf(process.pid)) return held.has(known.lock);
  const started = startOf(known.pid);
  return started === 'unknown' || known.started === 'unknown' ? isThere(known.pid) : started === known.started;
}

/** When a process was started, so that a number used again is not taken for it; `unknown` where the system does not tell (macOS). */
function startOf(pid: number): string {
  let boot: string;
  try {
    boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return 'unknown';
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name of the program comes before, in brackets, and may hold spaces.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? 'ended' : `${boot} ${fields[19] ?? ''}`;
  } catch {
    return 'ended';
  }
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
