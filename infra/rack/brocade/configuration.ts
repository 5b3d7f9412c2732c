import { z } from 'zod';
import type { ConfigurationModel } from '../simulated-device.ts';
import type { SimulatedPort } from '../simulated-switch.ts';
import { formatVlanList, parseVlanList } from '../vlan-list.ts';

/** The last VLAN of a VDX; those above it are its own (Network OS Administrator's Guide 4.1.1, VLAN configuration guidelines). */
export const LAST_VLAN = 4086;

/** Kept for FCoE on every VDX (the same guide). */
export const FCOE_VLAN = 1002;

/** What a trunk carries after `allowed vlan all`. */
export const ALL_ALLOWED = formatVlanList(
  Array.from({ length: LAST_VLAN }, (_, index) => index + 1).filter((vlan) => vlan !== FCOE_VLAN),
);

/** The modes of a port in layer 2. */
export const MODES = ['access', 'trunk', 'trunk-no-default-native'] as const;

const vlanId = z.int().min(1).max(LAST_VLAN);
const vlanListText = z.string().refine((list) => list === '' || parseVlanList(list) !== null, 'not a VLAN list');

const switchportSchema = z.strictObject({
  mode: z.enum(MODES),
  access: vlanId,
  allowed: vlanListText,
  native: vlanId.nullable(),
  /** Whether frames of the native VLAN carry a tag, and those without one are dropped. */
  tagNative: z.boolean(),
});

const portSchema = z.strictObject({
  description: z.string(),
  shutdown: z.boolean(),
  /** Null for a port that is not in layer 2. */
  switchport: switchportSchema.nullable(),
});

const configurationSchema = z.strictObject({
  /** VLANs that exist, ascending. */
  vlans: z.array(vlanId),
  /** By the name the simulator was given. */
  ports: z.record(z.string(), portSchema),
});

/** What is configured on a port in layer 2. */
export type Switchport = z.infer<typeof switchportSchema>;

/** Everything that can be configured on a port. */
export type PortConfiguration = z.infer<typeof portSchema>;

/** The running configuration, which is the startup configuration too. */
export type Configuration = z.infer<typeof configurationSchema>;

/** A port after `switchport`, or with another mode set: what was set in the mode before is gone, and the native VLAN is tagged. */
export function freshSwitchport(mode: Switchport['mode'] = 'access'): Switchport {
  return { mode, access: 1, allowed: '', native: null, tagNative: true };
}

function freshPort(): PortConfiguration {
  return { description: '', shutdown: false, switchport: null };
}

/** What a VDX keeps, and what it means to frames. In logical chassis mode it keeps every change by itself. */
export const brocadeConfiguration: ConfigurationModel<Configuration> = {
  format: 'brocade-1',
  schema: configurationSchema,
  savedAtOnce: true,
  fresh: (ports) => ({ vlans: [1], ports: Object.fromEntries(ports.map((name) => [name, freshPort()])) }),
  fitToPorts: ({ vlans, ports: known }, ports) => ({
    vlans,
    ports: Object.fromEntries(ports.map((name) => [name, known[name] ?? freshPort()])),
  }),
  port(configuration, name) {
    const port = configuration.ports[name];
    return port === undefined ? null : { enabled: !port.shutdown, ...forwarding(configuration, port) };
  },
  vlans: ({ vlans }) => [...vlans],
};

/** The VLANs of a list; none for an empty one. */
export function listed(list: string): readonly number[] {
  return list === '' ? [] : (parseVlanList(list) ?? []);
}

/**
 * What frames meet. A trunk always has a native VLAN, VLAN 1 until told otherwise, and passes it whether allowed or not: tagged,
 * or untagged once the tagging is taken away (Network OS Administrator's Guide 4.1.1, "Default-native-VLAN trunk mode"; HIL #846).
 */
function forwarding({ vlans }: Configuration, { switchport }: PortConfiguration): Omit<SimulatedPort, 'enabled'> {
  if (switchport === null) return { native: null, tagged: [] };
  const exists = new Set(vlans);
  if (switchport.mode === 'access') return { native: exists.has(switchport.access) ? switchport.access : null, tagged: [] };
  const allowed = listed(switchport.allowed).filter((vlan) => exists.has(vlan));
  if (switchport.mode === 'trunk-no-default-native') return { native: null, tagged: allowed };
  const native = switchport.native ?? 1;
  if (!exists.has(native)) return { native: null, tagged: allowed };
  const others = allowed.filter((vlan) => vlan !== native);
  return switchport.tagNative ? { native: null, tagged: [...others, native].sort((a, b) => a - b) } : { native, tagged: others };
}
