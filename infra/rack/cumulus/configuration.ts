import { z } from 'zod';
import type { ConfigurationModel } from '../simulated-device.ts';
import type { SimulatedPort } from '../simulated-switch.ts';
import { LAST_VLAN } from '../vlan-list.ts';

const vlanId = z.int().min(1).max(LAST_VLAN);

/** Where untagged frames land: in a VLAN, nowhere, or (null) where it says one level up. */
const untagged = z.union([vlanId, z.literal('none')]).nullable();

const interfaceSchema = z.strictObject({
  description: z.string().nullable(),
  state: z.enum(['up', 'down']).nullable(),
  /** Whether it is a port of `br_default`. */
  bridged: z.boolean(),
  access: vlanId.nullable(),
  untagged,
  /** The VLANs of a trunk; null where none are listed, which means all of the bridge. */
  vlans: z.union([z.array(vlanId), z.literal('all')]).nullable(),
});

const configurationSchema = z.strictObject({
  autoSave: z.boolean().nullable(),
  bridge: z.strictObject({ untagged, vlans: z.array(vlanId) }),
  /** By name; null for a physical interface that the configuration does not mention. */
  interfaces: z.record(z.string(), interfaceSchema.nullable()),
});

/** Everything that can be configured on an interface. Null and false are what is not set. */
export type InterfaceConfiguration = z.infer<typeof interfaceSchema>;

/** An NVUE configuration, as far as VLANs go: applied, saved, or the applied one with what is pending. */
export type Configuration = z.infer<typeof configurationSchema>;

/** How a switch nobody has touched looks: `unset`, no port mentioned and so all of them down, or `bridged`, all in `br_default`. */
export type Factory = 'unset' | 'bridged';

/** What a switch with Cumulus Linux keeps, and what it means to frames. */
export function cumulusConfiguration(factory: Factory): ConfigurationModel<Configuration> {
  const fresh = () => (factory === 'bridged' ? { ...emptyInterface(), bridged: true } : null);
  return {
    format: 'cumulus-1',
    schema: configurationSchema,
    fresh: (ports) => ({
      autoSave: null,
      bridge: { untagged: null, vlans: [] },
      interfaces: Object.fromEntries(ports.map((name) => [name, fresh()])),
    }),
    fitToPorts: ({ interfaces: known, ...rest }, ports) => ({
      ...rest,
      interfaces: Object.fromEntries(ports.map((name) => [name, known[name] === undefined ? fresh() : known[name]])),
    }),
    port(configuration, name) {
      const port = configuration.interfaces[name];
      // Data ports are down until they are configured (Cumulus Linux quick start guide).
      if (port === null) return { enabled: false, native: null, tagged: [] };
      return port === undefined ? null : { enabled: port.state !== 'down', ...forwarding(configuration, port) };
    },
    vlans: existingVlans,
  };
}

/** An interface that is mentioned and no more. */
export function emptyInterface(): InterfaceConfiguration {
  return { description: null, state: null, bridged: false, access: null, untagged: null, vlans: null };
}

/** The VLANs of the bridge, ascending: those listed, and that of untagged frames. */
export function existingVlans({ bridge }: Configuration): number[] {
  const native = bridge.untagged ?? 1;
  return [...new Set([...bridge.vlans, ...(native === 'none' ? [] : [native])])].sort((a, b) => a - b);
}

/**
 * What frames meet. A bridge port that lists no VLANs carries all of the bridge, and one that does not say where untagged frames go
 * takes the bridge's word, VLAN 1 by default (Cumulus Linux user guide, VLAN-aware bridge mode; netlab PR 1861). What a port lists
 * holds whether or not the bridge lists it, as ifupdown2 makes the bridge of Linux.
 */
export function forwarding(configuration: Configuration, port: InterfaceConfiguration): Omit<SimulatedPort, 'enabled'> {
  if (!port.bridged) return { native: null, tagged: [] };
  if (port.access !== null) return { native: port.access, tagged: [] };
  const word = port.untagged ?? configuration.bridge.untagged ?? 1;
  const native = word === 'none' ? null : word;
  const listed = port.vlans === null || port.vlans === 'all' ? existingVlans(configuration) : port.vlans;
  return { native, tagged: listed.filter((vlan) => vlan !== native) };
}

/** Why NVUE does not apply a configuration to a switch with these ports, a line for each mistake. */
export function mistakes({ interfaces }: Configuration, ports: readonly string[]): string[] {
  return Object.entries(interfaces).flatMap(([name, port]) => {
    if (!ports.includes(name)) return [`interface.${name}: '${name}' is not a physical interface on this switch`];
    if (port === null || port.access === null) return [];
    const other = port.untagged !== null ? 'untagged' : port.vlans !== null ? 'vlan' : null;
    return other === null ? [] : [`interface.${name}.bridge.domain.br_default: 'access' and '${other}' are mutually exclusive`];
  });
}
