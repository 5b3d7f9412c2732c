import type { BmcDriver } from './driver.ts';
import { ipmi } from './ipmi.ts';
import { mock } from './mock.ts';

/** Every kind of BMC that an agent can speak to. */
const drivers: readonly BmcDriver[] = [ipmi, mock];

/** Finds the driver for a type as in `db/devices/obm.ts`; undefined when there is none. */
export function findBmcDriver(type: string): BmcDriver | undefined {
  return drivers.find((driver) => driver.type === type);
}
