import { setTimeout as sleep } from 'node:timers/promises';
import type { BmcAccess } from '../db/devices/obm.ts';
import { lockDevice } from './device-lock.ts';

/** How often somebody else's turn is looked at, in ms. */
const POLL = 20;

/**
 * Waits until no other process of this host, nor anybody else in this one, speaks to a BMC; answers how to end the turn. Power and
 * console of a node are devices of their own, with leases of their own, and BMCs take it badly to be spoken to by two at once.
 * `locks` is the folder of the device locks. Rejects when `signal` aborts.
 */
export async function takeTurn(locks: string, access: BmcAccess, signal: AbortSignal): Promise<() => void> {
  for (;;) {
    signal.throwIfAborted();
    const lock = lockDevice(locks, `bmc-turn/${addressOf(access)}`);
    if (lock) return () => lock.release();
    await sleep(POLL, undefined, { signal });
  }
}

/** What is one BMC. The hosts of BMCs that are none are no addresses. */
function addressOf({ type, label, host, port }: BmcAccess): string {
  return type === 'mock' ? label : `${host.toLowerCase()}:${port}`;
}
