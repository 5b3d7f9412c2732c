import { z } from 'zod';
import type { SimulatedPort } from '../simulated-switch.ts';
import { EVERY_VLAN, formatVlanList, LAST_VLAN, parseVlanList } from '../vlan-list.ts';

/** What a trunk allows until told otherwise: every VLAN. Neither IOS nor EOS prints it in the running configuration. */
export const ALL_ALLOWED = `1-${LAST_VLAN}`;

const vlanId = z.int().min(1).max(LAST_VLAN);

/** The fields of a port with `switchport` commands, for the schema of a family. */
export const switchportShape = {
  description: z.string(),
  shutdown: z.boolean(),
  /** Whether `no switchport` has made it a routed port. */
  routed: z.boolean(),
  access: vlanId,
  native: vlanId,
  /** VLAN list with two neighbours as a range; empty for none. */
  allowed: z.string().refine((list) => list === '' || parseVlanList(list) !== null, 'not a VLAN list'),
};

const switchportSchema = z.strictObject(switchportShape);

/** What IOS and EOS have in common on a port. `access` counts in access mode, `native` and `allowed` in trunk mode; each keeps its value in the other. */
export type Switchport = z.infer<typeof switchportSchema>;

/** A port as it leaves the factory and after `default interface`: VLAN 1, and up. */
export function freshSwitchport(): Switchport {
  return { description: '', shutdown: false, routed: false, access: 1, native: 1, allowed: ALL_ALLOWED };
}

/** VLANs a trunk port allows, ascending, whether they exist or not. */
export function allowedVlans(port: Switchport): readonly number[] {
  return port.allowed === ALL_ALLOWED ? EVERY_VLAN : (parseVlanList(port.allowed) ?? []);
}

/** How a line of `switchport trunk allowed vlan` arrives at the new list, from the one there was and the one given. */
export type AllowedChange = (now: readonly number[], given: readonly number[]) => readonly number[];

/** The list of VLANs a trunk port allows after a change. */
export function changeAllowed(port: Switchport, change: AllowedChange, given: readonly number[]): string {
  const chosen = new Set(change(allowedVlans(port), given));
  return formatVlanList(EVERY_VLAN.filter((vlan) => chosen.has(vlan)));
}

/**
 * What frames meet on a port. A VLAN that does not exist forwards nothing; an untagged frame of a trunk passes only if the
 * native VLAN is also allowed; a routed port forwards nothing.
 */
export function forwarding(port: Switchport, isTrunk: boolean, existing: readonly number[]): SimulatedPort {
  const enabled = !port.shutdown;
  if (port.routed) return { enabled, native: null, tagged: [] };
  const exists = new Set(existing);
  if (!isTrunk) return { enabled, native: exists.has(port.access) ? port.access : null, tagged: [] };
  const passing = allowedVlans(port).filter((vlan) => exists.has(vlan));
  return {
    enabled,
    native: passing.includes(port.native) ? port.native : null,
    tagged: passing.filter((vlan) => vlan !== port.native),
  };
}

/** The name IOS and EOS give a VLAN that was not named. */
export function defaultVlanName(vlan: number): string {
  return vlan === 1 ? 'default' : `VLAN${String(vlan).padStart(4, '0')}`;
}
