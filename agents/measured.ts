import type { CommandRow } from '../db/commands/claim.ts';
import { DeviceError } from './device-error.ts';
import type { BmcDriver } from './drivers/bmc/driver.ts';
import type { SwitchDriver } from './drivers/driver.ts';
import type { OfferedHost } from './headnode-link.ts';
import type { Measures } from './measures.ts';
import type { Verify } from './verify.ts';

type SessionMeasures = Pick<Measures, 'sessionOpened' | 'sessionFailed'>;

/** The same driver, with its sessions counted: one is open until it is closed. */
export function measuredSwitches(driver: SwitchDriver, measures: SessionMeasures): SwitchDriver {
  const { type } = driver;
  return {
    type,
    async open(target) {
      const session = await driver.open(target).catch((error: unknown) => {
        measures.sessionFailed(type, faultOf(error));
        throw error;
      });
      const end = measures.sessionOpened(type);
      return {
        readVersion: () => session.readVersion(),
        readPort: (port) => session.readPort(port),
        setPort: (port, want) => session.setPort(port, want),
        shutPort: (port) => session.shutPort(port),
        save: () => session.save(),
        async close() {
          end();
          await session.close();
        },
      };
    },
  };
}

/** The same driver, with its sessions counted: each call is one. */
export function measuredBmcs(driver: BmcDriver, measures: SessionMeasures): BmcDriver {
  return { type: driver.type, open: (target) => countingCalls(driver.open(target), driver.type, measures) };
}

/** The same host of headnodes, with its sessions counted: each call is one. */
export function measuredHost(host: OfferedHost, measures: SessionMeasures): OfferedHost {
  return { limits: host.limits, open: (signal) => countingCalls(host.open(signal), 'vm-host', measures) };
}

/** The same judge, who counts how long an order has waited, the first time that it is seen. */
export function measuredVerify(verify: Verify, measures: Pick<Measures, 'waited'>): Verify {
  const seen = new WeakSet<CommandRow>();
  return async (row, agent, device) => {
    const verdict = await verify(row, agent, device);
    if (verdict.kind === 'order' && row.attempt === 1 && !seen.has(row)) {
      seen.add(row);
      measures.waited(Date.now() / 1000 - verdict.order.issuedAt);
    }
    return verdict;
  };
}

function countingCalls<T extends object>(device: T, type: string, measures: SessionMeasures): T {
  return new Proxy(device, {
    get(target, property) {
      const member: unknown = Reflect.get(target, property);
      if (typeof member !== 'function') return member;
      return async (...given: unknown[]) => {
        const end = measures.sessionOpened(type);
        try {
          return await Reflect.apply(member, target, given);
        } catch (error) {
          measures.sessionFailed(type, faultOf(error));
          throw error;
        } finally {
          end();
        }
      };
    },
  });
}

function faultOf(error: unknown): string {
  return error instanceof DeviceError ? error.fault : 'lost';
}
