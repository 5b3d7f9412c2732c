import { isDeepStrictEqual } from 'node:util';
import { type Judge, openBmcCredentials } from '../admission.ts';
import { type BmcMeans, linkBmc } from '../bmc-link.ts';
import type { Timing } from '../config.ts';
import { DeviceError } from '../device-error.ts';
import { linkHeadnode, type VmHostMeans } from '../headnode-link.ts';
import type { HeldConsole } from '../journal-lines.ts';
import type { Lease } from '../lease.ts';
import type { ConsoleWay } from '../task.ts';
import type { OpenLine } from './line-attempt.ts';
import type { LineTraits } from './line-keeper.ts';
import { openWatched } from './watched-line.ts';

/** What entering consoles needs of its surroundings. */
export interface EntranceMeans extends BmcMeans, VmHostMeans {
  readonly timing: Pick<Timing, 'backOff' | 'console'>;
}

/** How a console is entered, or why it cannot be, as a sentence. */
export type Entrance = ConsoleWay | { readonly of: 'node'; readonly barred: string };

/** How a console is entered that the journal has held. */
export async function entranceOf(held: HeldConsole, { policy, sealingKeys }: Judge): Promise<Entrance> {
  if ('headnode' in held) return { of: 'headnode', headnode: held.headnode };
  const { access } = held;
  const credentials = policy.forbidsBmc(access) ?? (await openBmcCredentials(access, sealingKeys()));
  return typeof credentials === 'string' ? { of: 'node', barred: credentials } : { of: 'node', target: { access, credentials } };
}

/** A console that is entered in this way, as the journal keeps it: nothing in it is readable that was sealed. */
export function heldBy(console: number, way: ConsoleWay): HeldConsole {
  return way.of === 'node' ? { console, access: way.target.access } : { console, headnode: way.headnode };
}

/** Opens the line of a console in this way, while its device is ours. */
export function openerOf(means: EntranceMeans, entrance: Entrance, lease: Pick<Lease, 'held'>): OpenLine {
  return async (onOutput, signal) => {
    if ('barred' in entrance) throw new DeviceError('denied', entrance.barred);
    const whileWanted = { held: () => lease.held() && !signal.aborted, signal };
    return entrance.of === 'node'
      ? openWatched(linkBmc(means, entrance.target, whileWanted), onOutput, means.timing.console.quiet)
      : linkHeadnode(means, entrance.headnode, whileWanted).openConsole(onOutput);
  };
}

/** How the lines of consoles behave that are entered in this way. */
export function traitsOf({ of }: Entrance, { backOff, console: { heldBack } }: EntranceMeans['timing']): LineTraits {
  switch (of) {
    case 'node':
      // BMCs tell nobody from whom they take a console.
      return { backOff, heldBack, unnoticed: 60_000, breaksAnew: true };
    case 'headnode':
      // One that does not run costs next to nothing to try, and what it says as it starts is said once. Nobody had it before.
      return { backOff: { first: 200, last: 1000 }, heldBack: 0, unnoticed: 0, breaksAnew: false };
  }
}

/** Whether two ways are one. The same secret sealed twice is the same secret. */
export function isSameEntrance(a: Entrance, b: Entrance): boolean {
  return !('barred' in a) && !('barred' in b) && isDeepStrictEqual(unsealed(a), unsealed(b));
}

function unsealed(way: ConsoleWay): ConsoleWay {
  if (way.of === 'headnode') return way;
  const { access, credentials } = way.target;
  return { of: way.of, target: { access: { ...access, sealed: '' }, credentials } };
}
