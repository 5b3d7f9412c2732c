import { z } from 'zod';
import type { ConfigurationModel } from '../simulated-device.ts';
import type { SimulatedPort } from '../simulated-switch.ts';
import { EVERY_VLAN, formatVlanList, LAST_VLAN, parseVlanList, wrapList } from '../vlan-list.ts';

/** Every VLAN as a list: what a trunk allows until told otherwise. NX-OS does not print it. */
export const ALL_ALLOWED = `1-${LAST_VLAN}`;

/** Width at which a long list of allowed VLANs goes on in an `add` line of the running configuration. */
const ALLOWED_LIST_WIDTH = 80;

const vlanId = z.int().min(1).max(LAST_VLAN);

const portSchema = z.strictObject({
  description: z.string(),
  shutdown: z.boolean(),
  mode: z.enum(['access', 'trunk']),
  access: vlanId,
  native: vlanId,
  /** VLAN list; empty for none. */
  allowed: z.string().refine((list) => list === '' || parseVlanList(list) !== null, 'not a VLAN list'),
});

const configurationSchema = z.strictObject({
  /** Names of the VLANs that exist, by ID. */
  vlans: z.record(z.string().regex(/^\d{1,4}$/), z.string()),
  /** By canonical name. */
  ports: z.record(z.string(), portSchema),
});

/** Everything that can be configured on a port. `access` counts in access mode, `native` and `allowed` in trunk mode; each keeps its value in the other. */
export type PortConfiguration = z.infer<typeof portSchema>;

/** A running or startup configuration. */
export type Configuration = z.infer<typeof configurationSchema>;

/** A port as it leaves the factory and after `default interface`: an access port of VLAN 1, and up. */
export function freshPort(): PortConfiguration {
  return { description: '', shutdown: false, mode: 'access', access: 1, native: 1, allowed: ALL_ALLOWED };
}

/** What a Nexus keeps in its configuration. */
export const nexusConfiguration: ConfigurationModel<Configuration> = {
  format: 'nexus-1',
  schema: configurationSchema,
  fresh: (ports) => ({ vlans: { 1: 'default' }, ports: Object.fromEntries(ports.map((name) => [name, freshPort()])) }),
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

/** The name NX-OS gives a VLAN that was not named. */
export function defaultVlanName(vlan: number): string {
  return vlan === 1 ? 'default' : `VLAN${String(vlan).padStart(4, '0')}`;
}

/** Whether a VLAN number is taken by the switch itself. This block is that of the Nexus 5000; later models reserve 3968-4094. */
export function isReserved(vlan: number): boolean {
  return (vlan >= 3968 && vlan <= 4047) || vlan === 4094;
}

/** IDs of the VLANs that exist, ascending. */
export function existingVlans(configuration: Configuration): number[] {
  return Object.keys(configuration.vlans)
    .map(Number)
    .sort((a, b) => a - b);
}

/** VLANs a trunk port allows, ascending, whether they exist or not. */
export function allowedVlans(port: PortConfiguration): readonly number[] {
  return port.allowed === ALL_ALLOWED ? EVERY_VLAN : (parseVlanList(port.allowed) ?? []);
}

/** What frames meet on a port. A VLAN that does not exist forwards nothing; an untagged frame of a trunk passes only if the native VLAN is also allowed. */
function forwarding(configuration: Configuration, port: PortConfiguration): SimulatedPort {
  const exists = new Set(existingVlans(configuration));
  const enabled = !port.shutdown;
  if (port.mode === 'access') return { enabled, native: exists.has(port.access) ? port.access : null, tagged: [] };
  const passing = allowedVlans(port).filter((vlan) => exists.has(vlan));
  return {
    enabled,
    native: passing.includes(port.native) ? port.native : null,
    tagged: passing.filter((vlan) => vlan !== port.native),
  };
}

/** The lines under `interface X` of the running configuration. What is at its default is not printed, so a missing list of allowed VLANs means every VLAN. */
export function portLines(port: PortConfiguration): string[] {
  const lines: string[] = [];
  if (port.description !== '') lines.push(`description ${port.description}`);
  if (port.shutdown) lines.push('shutdown');
  if (port.mode === 'trunk') lines.push('switchport mode trunk');
  if (port.access !== 1) lines.push(`switchport access vlan ${port.access}`);
  if (port.native !== 1) lines.push(`switchport trunk native vlan ${port.native}`);
  if (port.allowed === '') lines.push('switchport trunk allowed vlan none');
  else if (port.allowed !== ALL_ALLOWED) {
    const [first, ...more] = wrapList(port.allowed.split(','), ',', ALLOWED_LIST_WIDTH);
    lines.push(`switchport trunk allowed vlan ${first}`, ...more.map((list) => `switchport trunk allowed vlan add ${list}`));
  }
  return lines;
}

/** The VLAN blocks of the running configuration: one line of IDs, then a block for each VLAN that has a name of its own. */
export function vlanLines(configuration: Configuration): string[] {
  const named = existingVlans(configuration).filter((vlan) => configuration.vlans[vlan] !== defaultVlanName(vlan));
  return [
    `vlan ${formatVlanList(existingVlans(configuration))}`,
    ...named.flatMap((vlan) => [`vlan ${vlan}`, `  name ${configuration.vlans[vlan]}`]),
  ];
}
