import { z } from 'zod';
import type { ConfigurationModel } from '../simulated-device.ts';
import type { SimulatedPort } from '../simulated-switch.ts';
import { formatVlanList, parseVlanList } from '../vlan-list.ts';

/** The last VLAN one can make; 4094 is the switch's own, for its VLT interconnect (OS10 User Guide). */
export const LAST_VLAN = 4093;

/** Where ports are until told otherwise. It cannot be deleted. */
export const DEFAULT_VLAN = 1;

const vlanId = z.int().min(1).max(LAST_VLAN);

const vlanSchema = z.strictObject({
  name: z.string(),
  description: z.string(),
  /** Takes the VLAN's own IP interface down; frames between ports pass all the same. */
  shutdown: z.boolean(),
});

const portSchema = z.strictObject({
  description: z.string(),
  shutdown: z.boolean(),
  /** Whether `no switchport` has made it a routed port. */
  routed: z.boolean(),
  mode: z.enum(['access', 'trunk']),
  /** Where untagged frames land in both modes; null for nowhere. */
  access: vlanId.nullable(),
  /** List of the VLANs that a trunk carries with tags; empty for none. */
  tagged: z.string().refine((list) => list === '' || parseVlanList(list) !== null, 'not a VLAN list'),
});

const configurationSchema = z.strictObject({
  /** By ID. */
  vlans: z.record(z.string().regex(/^\d{1,4}$/), vlanSchema),
  /** By canonical name. */
  ports: z.record(z.string(), portSchema),
});

/** What can be configured on a VLAN. */
export type VlanConfiguration = z.infer<typeof vlanSchema>;

/** What can be configured on a port. */
export type PortConfiguration = z.infer<typeof portSchema>;

/** A running or startup configuration. */
export type Configuration = z.infer<typeof configurationSchema>;

/** A port as it leaves the factory and after `default interface`: an access port of VLAN 1, and up (OS10 User Guide). */
export function freshPort(): PortConfiguration {
  return { description: '', shutdown: false, routed: false, mode: 'access', access: DEFAULT_VLAN, tagged: '' };
}

/** A VLAN just made. */
export function freshVlan(): VlanConfiguration {
  return { name: '', description: '', shutdown: false };
}

/** What an OS10 switch keeps, and what it means to frames. */
export const os10Configuration: ConfigurationModel<Configuration> = {
  format: 'dell-os10-1',
  schema: configurationSchema,
  fresh: (ports) => ({
    vlans: { [DEFAULT_VLAN]: freshVlan() },
    ports: Object.fromEntries(ports.map((name) => [name, freshPort()])),
  }),
  fitToPorts: ({ vlans, ports: known }, ports) => ({
    vlans,
    ports: Object.fromEntries(ports.map((name) => [name, known[name] ?? freshPort()])),
  }),
  port(configuration, name) {
    const port = configuration.ports[name];
    return port === undefined ? null : forwarding(configuration, port);
  },
  vlans: existingVlans,
};

/** IDs of the VLANs that exist, ascending. */
export function existingVlans(configuration: Configuration): number[] {
  return Object.keys(configuration.vlans)
    .map(Number)
    .sort((a, b) => a - b);
}

/** The VLANs on the list of a trunk, ascending. `switchport mode access` empties it. */
export function taggedVlans({ tagged }: PortConfiguration): number[] {
  return tagged === '' ? [] : (parseVlanList(tagged) ?? []);
}

/** The list of a trunk with VLANs added or taken out. */
export function changedTagged(port: PortConfiguration, change: 'add' | 'remove', vlans: readonly number[]): string {
  const chosen = new Set(taggedVlans(port));
  for (const vlan of vlans) {
    if (change === 'add') chosen.add(vlan);
    else chosen.delete(vlan);
  }
  return formatVlanList([...chosen].sort((a, b) => a - b));
}

/** Deletes a VLAN: trunks lose it, and ports whose untagged frames were in it fall back into VLAN 1 (taken for likely; no source). */
export function deleteVlan(configuration: Configuration, vlan: number): void {
  delete configuration.vlans[vlan];
  for (const port of Object.values(configuration.ports)) {
    if (port.access === vlan) port.access = DEFAULT_VLAN;
    port.tagged = changedTagged(port, 'remove', [vlan]);
  }
}

/** What frames meet. The access VLAN is the native VLAN of a trunk, which starts with no tagged VLAN, but with VLAN 1 untagged (netlab #1866). */
function forwarding({ vlans }: Configuration, port: PortConfiguration): SimulatedPort {
  const exists = (vlan: number) => vlans[vlan] !== undefined;
  const enabled = !port.shutdown;
  if (port.routed) return { enabled, native: null, tagged: [] };
  const native = port.access !== null && exists(port.access) ? port.access : null;
  return { enabled, native, tagged: port.mode === 'trunk' ? taggedVlans(port).filter(exists) : [] };
}
