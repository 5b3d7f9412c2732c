import { reseal, type SealedTarget, type SealingKey } from '../db/commands/seal.ts';
import type { SwitchAccess } from '../db/devices/access.ts';
import type { BmcAccess } from '../db/devices/obm.ts';

/** The way to a switch, with the credentials sealed to the newest key; the same object where they are already, and where they do not open. */
export function resealSwitch(access: SwitchAccess, device: string, keys: readonly SealingKey[]): Promise<SwitchAccess> {
  const { hostname, port } = access;
  return resealed(access, { device, hostname, port }, keys);
}

/** The same of a BMC. */
export function resealBmc(access: BmcAccess, keys: readonly SealingKey[]): Promise<BmcAccess> {
  const { label, host, port } = access;
  return resealed(access, { device: `bmc/${label}`, hostname: host, port }, keys);
}

async function resealed<A extends { readonly sealed: string }>(
  access: A,
  target: SealedTarget,
  keys: readonly SealingKey[],
): Promise<A> {
  // What does not open is told of by whoever needs it.
  const sealed = await reseal(keys, access.sealed, target).catch(() => undefined);
  return sealed === undefined ? access : { ...access, sealed };
}
