import { z } from 'zod';
import type { ConfigurationModel } from '../simulated-device.ts';
import type { SimulatedPort } from '../simulated-switch.ts';
import {
  ALL_ALLOWED,
  allowedVlans,
  defaultVlanName,
  forwarding,
  freshSwitchport,
  switchportShape,
} from '../switchport/switchport.ts';
import { formatVlanList } from '../vlan-list.ts';

const portSchema = z.strictObject({
  ...switchportShape,
  mode: z.enum(['access', 'trunk']),
  /** `switchport trunk native vlan tag`: the trunk takes no untagged frames. */
  nativeTagged: z.boolean(),
});

const configurationSchema = z.strictObject({
  /** Names of the VLANs that exist, by ID. */
  vlans: z.record(z.string().regex(/^\d{1,4}$/), z.string()),
  /** By canonical name. */
  ports: z.record(z.string(), portSchema),
});

/** Everything that can be configured on a port. */
export type PortConfiguration = z.infer<typeof portSchema>;

/** A running or startup configuration, or the candidate of a configuration session. */
export type Configuration = z.infer<typeof configurationSchema>;

/** A port as it leaves the factory and after `default interface`: an access port of VLAN 1, and up. */
export function freshPort(): PortConfiguration {
  return { ...freshSwitchport(), mode: 'access', nativeTagged: false };
}

/** What an Arista switch keeps in its configuration. */
export const eosConfiguration: ConfigurationModel<Configuration> = {
  format: 'arista-eos-1',
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
    return port === undefined ? null : meeting(configuration, port);
  },
  vlans: existingVlans,
};

function meeting(configuration: Configuration, port: PortConfiguration): SimulatedPort {
  const isTrunk = port.mode === 'trunk';
  const existing = existingVlans(configuration);
  const met = forwarding(port, isTrunk, existing);
  if (!isTrunk || !port.nativeTagged || port.routed) return met;
  const allowed = new Set(allowedVlans(port));
  return { ...met, native: null, tagged: existing.filter((vlan) => allowed.has(vlan)) };
}

/** The configuration of a port, which is one of the switch. */
export function portOf(configuration: Configuration, name: string): PortConfiguration {
  return configuration.ports[name] ?? freshPort();
}

/** IDs of the VLANs that exist, ascending. */
export function existingVlans(configuration: Configuration): number[] {
  return Object.keys(configuration.vlans)
    .map(Number)
    .sort((a, b) => a - b);
}

/** The blocks of the running configuration about VLANs and ports, each as its lines. What is at its default is not printed. */
export function blocks(configuration: Configuration): string[][] {
  return [...vlanBlocks(configuration), ...Object.keys(configuration.ports).map((name) => portBlock(configuration, name))];
}

/** Named VLANs have a block each; those that were not named share blocks with their neighbours. VLAN 1 goes without saying. */
function vlanBlocks(configuration: Configuration): string[][] {
  const found: { ids: number[]; name: string | null }[] = [];
  for (const vlan of existingVlans(configuration)) {
    const name = configuration.vlans[vlan] ?? null;
    const isNamed = name !== defaultVlanName(vlan);
    const last = found.at(-1);
    if (vlan === 1 && !isNamed) continue;
    if (!isNamed && last?.name === null) last.ids.push(vlan);
    else found.push({ ids: [vlan], name: isNamed ? name : null });
  }
  return found.map(({ ids, name }) => [`vlan ${formatVlanList(ids)}`, ...(name === null ? [] : [`   name ${name}`])]);
}

/** `interface X` and the lines below it. A missing list of allowed VLANs means every VLAN. */
export function portBlock(configuration: Configuration, name: string): string[] {
  const port = portOf(configuration, name);
  const lines: string[] = [];
  if (port.description !== '') lines.push(`description ${port.description}`);
  if (port.shutdown) lines.push('shutdown');
  if (port.access !== 1) lines.push(`switchport access vlan ${port.access}`);
  if (port.nativeTagged) lines.push('switchport trunk native vlan tag');
  else if (port.native !== 1) lines.push(`switchport trunk native vlan ${port.native}`);
  // However long the list, EOS prints it in one line.
  if (port.allowed !== ALL_ALLOWED) lines.push(`switchport trunk allowed vlan ${port.allowed || 'none'}`);
  if (port.mode === 'trunk') lines.push('switchport mode trunk');
  if (port.routed) lines.push('no switchport');
  return [`interface ${name}`, ...lines.map((line) => `   ${line}`)];
}
