import type { BmcAccess } from '../db/devices/obm.ts';
import { waitForLock } from './device-lock.ts';

/**
 * Waits until no other process of this host, nor anybody else in this one, speaks to a BMC; answers how to end the turn. Power and
 * console of a node are devices of their own, with leases of their own, and BMCs take it badly to be spoken to by two at once.
 * `locks` is the folder of the device locks. Rejects when `signal` aborts.
 */
export async function takeTurn(locks: string, access: BmcAccess, signal: AbortSignal): Promise<() => void> {
  const lock = await waitForLock(locks, `bmc-turn/${addressOf(access)}`, signal);
  return () => lock.release();
}

/** What is one BMC. The hosts of BMCs that are none are no addresses. */
function addressOf({ type, label, host, port }: BmcAccess): string {
  return type === 'mock' ? label : `${host.toLowerCase()}:${port}`;
}
