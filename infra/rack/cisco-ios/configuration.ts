import { z } from 'zod';
import type { ConfigurationModel } from '../simulated-device.ts';
import { ALL_ALLOWED, defaultVlanName, forwarding, freshSwitchport, switchportShape } from '../switchport/switchport.ts';
import { wrapList } from '../vlan-list.ts';

/** Width at which a long list of allowed VLANs goes on in an `add` line of the running configuration. */
const ALLOWED_LIST_WIDTH = 48;

const portSchema = z.strictObject({
  ...switchportShape,
  mode: z.enum(['dynamic auto', 'dynamic desirable', 'access', 'trunk']),
  /** Means something only on switches that also know ISL. */
  encapsulation: z.enum(['negotiate', 'dot1q']),
  nonegotiate: z.boolean(),
});

const configurationSchema = z.strictObject({
  /** Names of the Ethernet VLANs that exist, by ID. */
  vlans: z.record(z.string().regex(/^\d{1,4}$/), z.string()),
  /** By canonical name. */
  ports: z.record(z.string(), portSchema),
});

/** Everything that can be configured on a port. */
export type PortConfiguration = z.infer<typeof portSchema>;

/** A running or startup configuration. */
export type Configuration = z.infer<typeof configurationSchema>;

/** VLANs for token ring and FDDI that are always there, cannot be deleted, and carry no Ethernet frame. */
export const FOREIGN_VLANS: Readonly<Record<number, string>> = {
  1002: 'fddi-default',
  1003: 'token-ring-default',
  1004: 'fddinet-default',
  1005: 'trnet-default',
};

/** The last VLAN that VTP versions 1 and 2 can hold; a VTP server takes no more. */
export const LAST_NORMAL_VLAN = 1005;

/** A port as it leaves the factory and after `default interface`: it negotiates, is an access port of VLAN 1, and up. */
export function freshPort(): PortConfiguration {
  return { ...freshSwitchport(), mode: 'dynamic auto', encapsulation: 'negotiate', nonegotiate: false };
}

/** What a Catalyst keeps in its configuration. A negotiating port is an access port: no server speaks DTP. */
export const iosConfiguration: ConfigurationModel<Configuration> = {
  format: 'cisco-ios-1',
  schema: configurationSchema,
  fresh: (ports) => ({
    vlans: { 1: defaultVlanName(1) },
    ports: Object.fromEntries(ports.map((name) => [name, freshPort()])),
  }),
  fitToPorts: ({ vlans, ports: known }, ports) => ({
    vlans,
    ports: Object.fromEntries(ports.map((name) => [name, known[name] ?? freshPort()])),
  }),
  port(configuration, name) {
    const port = configuration.ports[name];
    return port === undefined ? null : forwarding(port, port.mode === 'trunk', existingVlans(configuration));
  },
  vlans: existingVlans,
};

/** IDs of the Ethernet VLANs that exist, ascending. */
export function existingVlans(configuration: Configuration): number[] {
  return Object.keys(configuration.vlans)
    .map(Number)
    .sort((a, b) => a - b);
}

/** The name of a VLAN, those that carry no Ethernet included; null for one that is not there. */
export function vlanName(configuration: Configuration, vlan: number): string | null {
  return FOREIGN_VLANS[vlan] ?? configuration.vlans[vlan] ?? null;
}

/** A list of VLANs as IOS writes it: two neighbours stay two, `123,124,126-128`. */
export function iosVlanList(list: string): string {
  return list.replace(/(\d+)-(\d+)/g, (range, first, last) => (Number(last) === Number(first) + 1 ? `${first},${last}` : range));
}

/** The lines under `interface X` of the running configuration. What is at its default is not printed, so a missing list of allowed VLANs means every VLAN. */
export function portLines(port: PortConfiguration): string[] {
  const lines: string[] = [];
  if (port.description !== '') lines.push(`description ${port.description}`);
  if (port.routed) lines.push('no switchport');
  if (port.access !== 1) lines.push(`switchport access vlan ${port.access}`);
  if (port.encapsulation === 'dot1q') lines.push('switchport trunk encapsulation dot1q');
  if (port.native !== 1) lines.push(`switchport trunk native vlan ${port.native}`);
  lines.push(...allowedLines(port));
  if (port.mode !== 'dynamic auto') lines.push(`switchport mode ${port.mode}`);
  if (port.nonegotiate) lines.push('switchport nonegotiate');
  if (port.routed) lines.push('no ip address');
  if (port.shutdown) lines.push('shutdown');
  return lines;
}

function allowedLines({ allowed }: PortConfiguration): string[] {
  if (allowed === ALL_ALLOWED) return [];
  if (allowed === '') return ['switchport trunk allowed vlan none'];
  const [first, ...more] = wrapList(iosVlanList(allowed).split(','), ',', ALLOWED_LIST_WIDTH);
  return [`switchport trunk allowed vlan ${first}`, ...more.map((list) => `switchport trunk allowed vlan add ${list}`)];
}
