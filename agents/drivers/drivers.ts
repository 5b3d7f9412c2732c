import type { SwitchDriver } from './driver.ts';
import { mock } from './mock.ts';
import { nexus } from './nexus.ts';

/** Every family of switches that an agent can speak to. */
const drivers: readonly SwitchDriver[] = [mock, nexus];

/** Finds the driver for a type as in `db/devices`; undefined when there is none. */
export function findDriver(type: string): SwitchDriver | undefined {
  return drivers.find((driver) => driver.type === type);
}
