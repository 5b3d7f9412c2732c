import { z } from 'zod';
import type { ConfigurationModel } from '../simulated-device.ts';

/** The last VLAN of SONiC (config/vlan.py of sonic-utilities). */
export const LAST_VLAN = 4094;

/** The VLAN that all ports share in the configuration of a top-of-rack switch. */
const T0_VLAN = 1000;

/**
 * What the configuration was generated for, by the presets of sonic-cfggen: every port a router's with an address (`l3`), every
 * port an untagged member of Vlan1000 (`t0`), or nothing but the ports (`empty`).
 */
export type Factory = 'l3' | 't0' | 'empty';

const tagging = z.enum(['tagged', 'untagged']);

const portSchema = z.strictObject({
  admin: z.enum(['up', 'down']),
  /** Null in releases without the command `switchport`. */
  mode: z.enum(['routed', 'access', 'trunk']).nullable(),
  /** Addresses of a router's port, with their prefix length. */
  addresses: z.array(z.string()),
  /** VLANs the port is a member of, by ID. */
  members: z.record(z.string().regex(/^\d{1,4}$/), tagging),
});

const configurationSchema = z.strictObject({
  /** By ID: the addresses of the VLAN interface. */
  vlans: z.record(z.string().regex(/^\d{1,4}$/), z.strictObject({ addresses: z.array(z.string()) })),
  ports: z.record(z.string(), portSchema),
});

/** Everything that can be configured on a port. */
export type PortConfiguration = z.infer<typeof portSchema>;

/** Modes of a port in releases with the command `switchport`. */
export type PortMode = NonNullable<PortConfiguration['mode']>;

/** What CONFIG_DB holds, as far as VLANs go. */
export type Configuration = z.infer<typeof configurationSchema>;

/** What decides how a fresh SONiC looks. */
export interface Release {
  readonly factory: Factory;
  /** Whether ports have a mode and the command `switchport` is there (sonic-utilities after its second merge). */
  readonly switchportMode: boolean;
}

/** What a SONiC switch keeps, and what it means to frames. */
export function sonicConfiguration(release: Release): ConfigurationModel<Configuration> {
  const fresh = (ports: readonly string[]): Configuration => ({
    vlans: release.factory === 't0' ? { [T0_VLAN]: { addresses: ['192.168.0.1/21'] } } : {},
    ports: Object.fromEntries(ports.map((name, index) => [name, freshPort(release, index)])),
  });
  return {
    format: 'sonic-1',
    schema: configurationSchema,
    fresh,
    fitToPorts({ vlans, ports: known }, ports) {
      const bare = (index: number) => ({ ...freshPort(release, index), members: {} });
      return { vlans, ports: Object.fromEntries(ports.map((name, index) => [name, known[name] ?? bare(index)])) };
    },
    port(configuration, name) {
      const port = configuration.ports[name];
      if (port === undefined) return null;
      // Without membership, or as a router's, a port is not in the bridge: its frames reach no VLAN.
      return {
        enabled: port.admin === 'up',
        native: memberships(port, 'untagged')[0] ?? null,
        tagged: memberships(port, 'tagged'),
      };
    },
    vlans: existingVlans,
  };
}

/** IDs of the VLANs that exist, ascending. */
export function existingVlans({ vlans }: Configuration): number[] {
  return ascending(Object.keys(vlans));
}

/** The VLANs that a port is a member of in one way, ascending. */
export function memberships({ members }: PortConfiguration, way: 'tagged' | 'untagged'): number[] {
  return ascending(Object.keys(members)).filter((vlan) => members[vlan] === way);
}

/** Names and ways of the members of a VLAN, in the natural order of names. */
export function membersOf(configuration: Configuration, vlan: number): { readonly name: string; readonly way: string }[] {
  return Object.entries(configuration.ports)
    .flatMap(([name, { members }]) => {
      const way = members[vlan];
      return way === undefined ? [] : [{ name, way }];
    })
    .sort((a, b) => portNumber(a.name) - portNumber(b.name));
}

/** The number in the name of a port, by which ports are ordered and from which their lanes follow. */
export function portNumber(name: string): number {
  return Number(name.replace('Ethernet', ''));
}

function freshPort({ factory, switchportMode }: Release, index: number): PortConfiguration {
  const isMember = factory === 't0';
  const mode = isMember ? 'access' : 'routed';
  return {
    admin: 'up',
    mode: switchportMode ? mode : null,
    addresses: factory === 'l3' ? [`10.0.0.${index * 2}/31`] : [],
    members: isMember ? { [T0_VLAN]: 'untagged' } : {},
  };
}

function ascending(vlans: readonly string[]): number[] {
  return vlans.map(Number).sort((a, b) => a - b);
}
