import { aristaEos } from './arista-eos.ts';
import { brocade } from './brocade.ts';
import { ciscoIos } from './cisco-ios.ts';
import { cumulus } from './cumulus.ts';
import { dellOs10 } from './dell-os10.ts';
import { delln3000 } from './delln3000.ts';
import { dellnos9 } from './dellnos9.ts';
import type { SwitchDriver } from './driver.ts';
import { junos } from './junos.ts';
import { mock } from './mock.ts';
import { nexus } from './nexus.ts';
import { ovs } from './ovs.ts';
import { powerconnect55xx } from './powerconnect55xx.ts';
import { sonic } from './sonic.ts';

/** Every family of switches that an agent can speak to. */
const drivers: readonly SwitchDriver[] = [
  aristaEos,
  brocade,
  ciscoIos,
  cumulus,
  delln3000,
  dellnos9,
  dellOs10,
  junos,
  mock,
  nexus,
  ovs,
  powerconnect55xx,
  sonic,
];

/** Finds the driver for a type as in `db/devices`; undefined when there is none. */
export function findDriver(type: string): SwitchDriver | undefined {
  return drivers.find((driver) => driver.type === type);
}
