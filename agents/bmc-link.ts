import { secretsOfBmc } from '../db/devices/obm.ts';
import { takeTurn } from './bmc-turn.ts';
import { BmcError } from './drivers/bmc/bmc-error.ts';
import type { Bmc, BmcDriver } from './drivers/bmc/driver.ts';
import type { Lease } from './lease.ts';
import { scrub } from './scrub.ts';
import type { BmcTarget } from './task.ts';
import { asBmcError } from './tasks/bmc-outcomes.ts';

/** What links to BMCs need of their surroundings. */
export interface BmcMeans {
  readonly findBmcDriver: (type: string) => BmcDriver | undefined;
  /** The agent's state folder. */
  readonly stateDir: string;
  /** Folder of the device locks. */
  readonly locks: string;
}

/**
 * A BMC as the holder of its device speaks to it: each call in a turn of its own, while the device is ours, and with no secret in
 * what it throws. Throws BmcError when the agent knows no such kind of BMC.
 */
export function linkBmc(
  { findBmcDriver, stateDir, locks }: BmcMeans,
  target: BmcTarget,
  lease: Pick<Lease, 'held' | 'signal'>,
): Bmc {
  const { access, credentials } = target;
  const driver = findBmcDriver(access.type);
  if (!driver) throw new BmcError('unrecognised', `this agent has no driver for BMCs of type ${access.type}`);
  const bmc = driver.open({ access, credentials, stateDir, signal: lease.signal });

  async function inTurn<T>(call: () => Promise<T>): Promise<T> {
    if (!lease.held()) throw new BmcError('hung', `the BMC of ${access.label} is not ours any more`);
    let end = () => {};
    try {
      end = await takeTurn(locks, access, lease.signal);
      return await call();
    } catch (thrown) {
      const { diagnosis, message } = asBmcError(thrown);
      // The cause is left behind: nobody has looked through it for secrets.
      throw new BmcError(diagnosis, scrub(message, secretsOfBmc(credentials)));
    } finally {
      end();
    }
  }

  return {
    readPower: () => inTurn(() => bmc.readPower()),
    setPower: (change) => inTurn(() => bmc.setPower(change)),
    readBoot: () => inTurn(() => bmc.readBoot()),
    setBoot: (wanted) => inTurn(() => bmc.setBoot(wanted)),
    check: () => inTurn(() => bmc.check()),
    openConsole: (onOutput) => inTurn(() => bmc.openConsole(onOutput)),
    readConsoleHolder: () => inTurn(() => bmc.readConsoleHolder()),
  };
}
