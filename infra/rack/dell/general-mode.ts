import { z } from 'zod';
import type { SimulatedPort } from '../simulated-switch.ts';
import { EVERY_VLAN, formatVlanList, LAST_VLAN, parseVlanList } from '../vlan-list.ts';

/** Schema of a VLAN ID. */
export const vlanId = z.int().min(1).max(LAST_VLAN);

/** Schema of a list of VLANs; empty for none. */
export const vlanListText = z.string().refine((list) => list === '' || parseVlanList(list) !== null, 'not a VLAN list');

/** The VLANs of such a list, ascending. */
export function listed(list: string): readonly number[] {
  return list === '' ? [] : (parseVlanList(list) ?? []);
}

/** The list with these VLANs added or taken out. */
export function changedList(list: string, change: 'add' | 'remove', vlans: readonly number[]): string {
  const chosen = new Set(listed(list));
  for (const vlan of vlans) {
    if (change === 'add') chosen.add(vlan);
    else chosen.delete(vlan);
  }
  return formatVlanList(EVERY_VLAN.filter((vlan) => chosen.has(vlan)));
}

/** Schema of what a port is in general mode. */
export const generalSchema = z.strictObject({
  /** Where untagged frames land. */
  pvid: vlanId,
  /** VLANs whose frames leave without a tag, and with one. */
  untagged: vlanListText,
  tagged: vlanListText,
  /** Whether frames of VLANs that the port is no member of are dropped as they come in. */
  filtering: z.boolean(),
  /** Whether untagged frames are dropped as they come in. */
  taggedOnly: z.boolean(),
});

/** What a port is in general mode: the third mode of Dell's switches, in which all that 802.1Q has can be set (Dell User's Guides). */
export type GeneralMode = z.infer<typeof generalSchema>;

/** General mode as nobody has touched it: untagged member of VLAN 1. */
export function freshGeneral(): GeneralMode {
  return { pvid: 1, untagged: '1', tagged: '', filtering: true, taggedOnly: false };
}

/** Makes the port a member of VLANs; it leaves them in the other way of tagging. */
export function addToGeneral(general: GeneralMode, vlans: readonly number[], egress: 'tagged' | 'untagged'): void {
  removeFromGeneral(general, vlans);
  general[egress] = changedList(general[egress], 'add', vlans);
}

/** Takes the port out of VLANs. The PVID stays. */
export function removeFromGeneral(general: GeneralMode, vlans: readonly number[]): void {
  general.untagged = changedList(general.untagged, 'remove', vlans);
  general.tagged = changedList(general.tagged, 'remove', vlans);
}

/** What frames meet. VLANs that leave untagged but are not the PVID count as tagged: they pass, and isolation is about that. */
export function generalForwarding(general: GeneralMode, exists: ReadonlySet<number>): Omit<SimulatedPort, 'enabled'> {
  const members = new Set([...listed(general.untagged), ...listed(general.tagged)]);
  const passing = [...exists].filter((vlan) => members.has(vlan) || !general.filtering).sort((a, b) => a - b);
  const native = !general.taggedOnly && passing.includes(general.pvid) ? general.pvid : null;
  return { native, tagged: passing.filter((vlan) => vlan !== native) };
}
