import { z } from 'zod';
import { freshGeneral, generalForwarding, generalSchema, listed, vlanId, vlanListText } from '../dell/general-mode.ts';
import { canonicalName, type PortTypes } from '../dell/parameters.ts';
import type { ConfigurationModel } from '../simulated-device.ts';
import type { SimulatedPort } from '../simulated-switch.ts';
import { EVERY_VLAN, formatVlanList, LAST_VLAN, wrapList } from '../vlan-list.ts';

/** Every VLAN as a list: what a trunk allows until told otherwise. */
export const ALL_ALLOWED = `1-${LAST_VLAN}`;

/** Kinds of ports of a 5524 and 5548, and the long names the command line knows them by. */
export const PORT_TYPES: PortTypes = { gi: 'gigabitethernet', te: 'tengigabitethernet' };

/** Width at which a list of VLANs goes on in one more line of the running configuration. */
const LIST_WIDTH = 100;

const portSchema = z.strictObject({
  description: z.string(),
  shutdown: z.boolean(),
  mode: z.enum(['access', 'trunk', 'general']),
  access: vlanId.nullable(),
  native: vlanId.nullable(),
  allowed: vlanListText,
  general: generalSchema,
});

const configurationSchema = z.strictObject({
  /** Names of the VLANs that exist, by ID. */
  vlans: z.record(z.string().regex(/^\d{1,4}$/), z.string()),
  /** By canonical name. */
  ports: z.record(z.string(), portSchema),
});

/** Everything that can be configured on a port. What counts in one mode keeps its value in the others; null is `none`. */
export type PortConfiguration = z.infer<typeof portSchema>;

/** A running or startup configuration. */
export type Configuration = z.infer<typeof configurationSchema>;

/** A port as it leaves the factory: an access port of the default VLAN, and up (PowerConnect 55xx User's Guide). */
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

/** What a PowerConnect 55xx keeps, and what it means to frames. */
export const powerConnectConfiguration: ConfigurationModel<Configuration> = {
  format: 'powerconnect55xx-1',
  schema: configurationSchema,
  // Its name for the default VLAN is the number (capture of a 5548, firmware 4.1.0.1).
  fresh: (ports) => ({ vlans: { 1: '1' }, ports: Object.fromEntries(ports.map((name) => [name, freshPort()])) }),
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

/** IDs of the VLANs that exist, ascending. */
export function existingVlans(configuration: Configuration): number[] {
  return Object.keys(configuration.vlans)
    .map(Number)
    .sort((a, b) => a - b);
}

/**
 * What frames meet. A VLAN that does not exist forwards nothing; ingress filtering is always on in a trunk, so its untagged
 * frames pass only if it allows the native VLAN (PowerConnect 55xx User's Guide).
 */
export function forwarding(configuration: Configuration, port: PortConfiguration): Omit<SimulatedPort, 'enabled'> {
  const exists = new Set(existingVlans(configuration));
  if (port.mode === 'general') return generalForwarding(port.general, exists);
  if (port.mode === 'access') {
    return { native: port.access !== null && exists.has(port.access) ? port.access : null, tagged: [] };
  }
  const passing = listed(port.allowed).filter((vlan) => exists.has(vlan));
  return {
    native: port.native !== null && passing.includes(port.native) ? port.native : null,
    tagged: passing.filter((vlan) => vlan !== port.native),
  };
}

/**
 * Puts ports that have lost the VLAN of their untagged frames, because it was deleted or taken from the port, back into the
 * default VLAN. The User's Guide says that this happens; a capture shows a lost VLAN as `(Inactive)` instead.
 */
export function returnToDefaultVlan(configuration: Configuration): void {
  for (const port of Object.values(configuration.ports)) {
    if (port.access !== null && configuration.vlans[port.access] === undefined) port.access = 1;
    const isMember = port.native === null || port.native === 1 || memberOf(configuration, port).has(port.native);
    if (isMember) continue;
    port.native = 1;
    port.allowed = formatVlanList([...new Set([1, ...listed(port.allowed)])].sort((a, b) => a - b));
  }
}

function memberOf(configuration: Configuration, { allowed }: PortConfiguration): Set<number> {
  return new Set(listed(allowed).filter((vlan) => configuration.vlans[vlan] !== undefined));
}

/** The long name that the running configuration gives a port. */
export function longName(name: string): string {
  return name.replace(/^[a-z]+/, (type) => PORT_TYPES[type] ?? type);
}

/** The lines under `interface X` of the running configuration. A trunk lists what it does not allow, and nothing if it allows all. */
export function portLines(port: PortConfiguration): string[] {
  const { description, mode, access, native, allowed, general } = port;
  const lines: string[] = [];
  const say = (condition: boolean, line: string) => {
    if (condition) lines.push(line);
  };
  say(description !== '', `description ${/\s/.test(description) ? `"${description}"` : description}`);
  say(port.shutdown, 'shutdown');
  say(mode !== 'access', `switchport mode ${mode}`);
  say(access !== 1, `switchport access vlan ${access ?? 'none'}`);
  say(native !== 1, `switchport trunk native vlan ${native ?? 'none'}`);
  if (allowed === '') lines.push('switchport trunk allowed vlan none');
  else if (allowed !== ALL_ALLOWED) {
    const kept = new Set(listed(allowed));
    const gone = formatVlanList(EVERY_VLAN.filter((vlan) => !kept.has(vlan)));
    lines.push(...wrapList(gone.split(','), ',', LIST_WIDTH).map((list) => `switchport trunk allowed vlan remove ${list}`));
  }
  const members = [...listed(general.untagged), ...listed(general.tagged)];
  const untagged = listed(general.untagged).filter((vlan) => vlan !== 1);
  say(general.tagged !== '', `switchport general allowed vlan add ${general.tagged} tagged`);
  say(untagged.length > 0, `switchport general allowed vlan add ${formatVlanList(untagged)} untagged`);
  say(!members.includes(1), 'switchport general allowed vlan remove 1');
  say(general.pvid !== 1, `switchport general pvid ${general.pvid}`);
  say(!general.filtering, 'switchport general ingress-filtering disable');
  say(general.taggedOnly, 'switchport general acceptable-frame-type tagged-only');
  return lines;
}
