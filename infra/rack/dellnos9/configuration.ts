import { z } from 'zod';
import { listed, vlanListText } from '../dell/general-mode.ts';
import type { ConfigurationModel } from '../simulated-device.ts';
import type { SimulatedPort } from '../simulated-switch.ts';
import { LAST_VLAN } from '../vlan-list.ts';
import { nameInside } from './port-names.ts';

/** Where every port in layer 2 is that is in no other VLAN; nobody can be tagged in it, and it cannot be deleted. */
export const DEFAULT_VLAN = 1;

const portSchema = z.strictObject({
  description: z.string(),
  shutdown: z.boolean(),
  /** Whether it may be untagged in one VLAN and tagged in others at a time. */
  hybrid: z.boolean(),
  /** Whether it is in layer 2. */
  switchport: z.boolean(),
  /** The VLAN it was put into untagged; null for none, which may be the default VLAN. */
  untagged: z.int().min(2).max(LAST_VLAN).nullable(),
  tagged: vlanListText,
});

const configurationSchema = z.strictObject({
  /** VLANs that exist, by ID. */
  vlans: z.record(z.string().regex(/^\d{1,4}$/), z.strictObject({ name: z.string(), description: z.string() })),
  /** By the name inside. */
  ports: z.record(z.string(), portSchema),
});

/** Everything that can be configured on a port, and the VLANs it was made a member of. */
export type PortConfiguration = z.infer<typeof portSchema>;

/** A running or startup configuration. */
export type Configuration = z.infer<typeof configurationSchema>;

/** A port as it leaves the factory: shut, and not in layer 2 (Configuration Guide, "Interfaces"). */
export function freshPort(): PortConfiguration {
  return { description: '', shutdown: true, hybrid: false, switchport: false, untagged: null, tagged: '' };
}

/** What an OS 9 switch keeps, and what it means to frames. `interfaceType` is the type of ports named by numbers alone. */
export function dellNos9Configuration(interfaceType: string): ConfigurationModel<Configuration> {
  return {
    format: 'dellnos9-1',
    schema: configurationSchema,
    fresh: (ports) => ({
      vlans: { [DEFAULT_VLAN]: { name: '', description: '' } },
      ports: Object.fromEntries(ports.map((name) => [name, freshPort()])),
    }),
    fitToPorts: ({ vlans, ports: known }, ports) => ({
      vlans,
      ports: Object.fromEntries(ports.map((name) => [name, known[name] ?? freshPort()])),
    }),
    port(configuration, name) {
      const port = configuration.ports[nameInside(name, interfaceType)];
      return port === undefined ? null : { enabled: !port.shutdown, ...forwarding(port) };
    },
    vlans: existingVlans,
  };
}

/** IDs of the VLANs that exist, ascending. */
export function existingVlans({ vlans }: Configuration): number[] {
  return Object.keys(vlans)
    .map(Number)
    .sort((a, b) => a - b);
}

/**
 * What frames meet. A port in layer 2 that is in no VLAN untagged is in the default VLAN, unless it is a tagged port and no hybrid
 * (Configuration Guide, "VLANs and Port Tagging" and "Configuring Native VLANs"; HIL #846).
 */
export function forwarding(port: PortConfiguration): Omit<SimulatedPort, 'enabled'> {
  if (!port.switchport) return { native: null, tagged: [] };
  const tagged = listed(port.tagged);
  const fallback = port.hybrid || tagged.length === 0 ? DEFAULT_VLAN : null;
  return { native: port.untagged ?? fallback, tagged };
}

/** Whether a port was put into a VLAN, other than the default one. */
export function isInVlan(port: PortConfiguration): boolean {
  return port.untagged !== null || port.tagged !== '';
}
