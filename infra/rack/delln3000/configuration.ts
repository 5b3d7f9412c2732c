import { z } from 'zod';
import { freshGeneral, generalForwarding, generalSchema, listed, vlanListText } from '../dell/general-mode.ts';
import { canonicalName, type PortTypes } from '../dell/parameters.ts';
import type { ConfigurationModel } from '../simulated-device.ts';
import type { SimulatedPort } from '../simulated-switch.ts';

/** The last VLAN that a switch of this family has; 4094 is its own (HIL, fake-switches). */
export const LAST_VLAN = 4093;

/** Every VLAN as a list: what a trunk allows until told otherwise. */
export const ALL_ALLOWED = `1-${LAST_VLAN}`;

/** Kinds of ports of an N3000 and its kin, and the long names the command line knows them by. */
export const PORT_TYPES: PortTypes = {
  Gi: 'gigabitethernet',
  Te: 'tengigabitethernet',
  Fo: 'fortygigabitethernet',
  Tw: 'twentygigabitethernet',
};

const vlanId = z.int().min(1).max(LAST_VLAN);

const portSchema = z.strictObject({
  description: z.string(),
  shutdown: z.boolean(),
  mode: z.enum(['access', 'trunk', 'general']),
  access: vlanId,
  native: vlanId,
  allowed: vlanListText,
  general: generalSchema,
});

const configurationSchema = z.strictObject({
  /** Names of the VLANs that exist, by ID. */
  vlans: z.record(z.string().regex(/^\d{1,4}$/), z.string()),
  /** By canonical name. */
  ports: z.record(z.string(), portSchema),
});

/** Everything that can be configured on a port. What counts in one mode keeps its value in the others. */
export type PortConfiguration = z.infer<typeof portSchema>;

/** A running or startup configuration. */
export type Configuration = z.infer<typeof configurationSchema>;

/** A port as it leaves the factory: an access port of VLAN 1, and up (Dell N-Series User's Configuration Guide). */
export function freshPort(): PortConfiguration {
  return {
    description: '',
    shutdown: false,
    mode: 'access',
    access: 1,
    native: 1,
    allowed: ALL_ALLOWED,
    general: freshGeneral(),
  };
}

/** What an N3000 keeps, and what it means to frames. */
export const dellN3000Configuration: ConfigurationModel<Configuration> = {
  format: 'delln3000-1',
  schema: configurationSchema,
  fresh: (ports) => ({ vlans: { 1: 'default' }, ports: Object.fromEntries(ports.map((name) => [name, freshPort()])) }),
  fitToPorts: ({ vlans, ports: known }, ports) => ({
    vlans,
    ports: Object.fromEntries(ports.map((name) => [name, known[name] ?? freshPort()])),
  }),
  port(configuration, name) {
    const port = configuration.ports[canonicalName(PORT_TYPES, name)];
    return port === undefined ? null : { enabled: !port.shutdown, ...forwarding(configuration, port) };
  },
  vlans: existingVlans,
};

/** The name of a VLAN that was not named. */
export function defaultVlanName(vlan: number): string {
  return vlan === 1 ? 'default' : `VLAN${String(vlan).padStart(4, '0')}`;
}

/** IDs of the VLANs that exist, ascending. */
export function existingVlans(configuration: Configuration): number[] {
  return Object.keys(configuration.vlans)
    .map(Number)
    .sort((a, b) => a - b);
}

/**
 * What frames meet. A trunk is a member of every VLAN that it allows and that exists, those created later too; its untagged
 * frames are dropped if the native VLAN was taken from the list (Dell N-Series User's Configuration Guide; HIL #870).
 */
function forwarding(configuration: Configuration, port: PortConfiguration): Omit<SimulatedPort, 'enabled'> {
  const exists = new Set(existingVlans(configuration));
  if (port.mode === 'general') return generalForwarding(port.general, exists);
  if (port.mode === 'access') return { native: exists.has(port.access) ? port.access : null, tagged: [] };
  const passing = listed(port.allowed).filter((vlan) => exists.has(vlan));
  return {
    native: passing.includes(port.native) ? port.native : null,
    tagged: passing.filter((vlan) => vlan !== port.native),
  };
}

/**
 * Deletes VLANs. A port whose untagged frames were in one of them falls into VLAN 1, which the User's Configuration Guide says of
 * access ports, and which is taken to hold for the native VLAN and the PVID too. Lists of trunks keep the number.
 */
export function deleteVlans(configuration: Configuration, vlans: readonly number[]): void {
  for (const vlan of vlans) delete configuration.vlans[vlan];
  const isGone = (vlan: number) => configuration.vlans[vlan] === undefined;
  for (const port of Object.values(configuration.ports)) {
    if (isGone(port.access)) port.access = 1;
    if (isGone(port.native)) port.native = 1;
    if (isGone(port.general.pvid)) port.general.pvid = 1;
  }
}
