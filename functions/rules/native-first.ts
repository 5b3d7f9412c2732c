import { z } from 'zod';
import { findSwitchFamily } from '../../db/devices/families.ts';

/** What a port without a network is. */
export const idle = z.enum(['shut', 'up']).meta({
  description: 'What a port without a network is: shut, or up in no VLAN',
  examples: ['shut'],
});

/**
 * Whether ports of a switch of this type are up only with a native VLAN. On such a port the native network comes first and goes last,
 * and without one it is shut.
 */
export function needsNative(type: string): boolean {
  const family = findSwitchFamily(type);
  return family !== undefined && !family.capabilities.includes('nativeless-trunk-mode');
}

/** What to tell who wants a port up that is in no network. */
export function idleUpMessage(type: string): string {
  return `a port of a ${type} switch cannot be up without a native network: leave "idle" at "shut"`;
}
