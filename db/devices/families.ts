import type { SwitchFamily } from './family.ts';
import { mock } from './mock.ts';
import { nexus } from './nexus.ts';

/** Every switch family that HaaS knows. */
export const switchFamilies: readonly SwitchFamily[] = [mock, nexus];

const typeUrl = 'http://schema.massopencloud.org/haas/v0/switches/';

/** Finds a family by its short name or by the predecessor's URL; undefined when there is none. */
export function findSwitchFamily(type: string): SwitchFamily | undefined {
  const name = type.startsWith(typeUrl) ? type.slice(typeUrl.length) : type;
  return switchFamilies.find((family) => family.type === name);
}
