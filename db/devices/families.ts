import { aristaEos } from './arista-eos.ts';
import { brocade } from './brocade.ts';
import { ciscoIos } from './cisco-ios.ts';
import { cumulus } from './cumulus.ts';
import { dellOs10 } from './dell-os10.ts';
import { delln3000 } from './delln3000.ts';
import { dellnos9 } from './dellnos9.ts';
import type { SwitchFamily } from './family.ts';
import { junos } from './junos.ts';
import { mock } from './mock.ts';
import { nexus } from './nexus.ts';
import { ovs } from './ovs.ts';
import { powerconnect55xx } from './powerconnect55xx.ts';
import { sonic } from './sonic.ts';

/** Every switch family that HaaS knows. */
export const switchFamilies: readonly SwitchFamily[] = [
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

const typeUrl = 'http://schema.massopencloud.org/haas/v0/switches/';

/** What the type of a family is called: its short name, and the predecessor's URL. */
export function typeNamesOf({ type }: SwitchFamily): string[] {
  return [type, `${typeUrl}${type}`];
}

/** Finds a family by its short name or by the predecessor's URL; undefined when there is none. */
export function findSwitchFamily(type: string): SwitchFamily | undefined {
  return switchFamilies.find((family) => typeNamesOf(family).includes(type));
}
