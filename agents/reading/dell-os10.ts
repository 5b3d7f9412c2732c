import type { PortState } from '../../db/commands/kinds.ts';
import { dellOs10 } from '../../db/devices/dell-os10.ts';
import type { NotUnderstood } from '../drivers/port-family.ts';
import { CaptureError } from './capture.ts';
import { type Os10Vlan, readOs10Vlans } from './dell-os10-vlans.ts';
import { onlyInterface } from './interface-sections.ts';
import { sameVlans } from './switchport-records.ts';
import { parseVlans } from './vlan-list.ts';

/** How a port is configured. */
export interface Os10Configured {
  mode: 'access' | 'trunk' | 'routed';
  /** The VLAN of untagged frames, in a trunk as well; null: no line says so. */
  access: number | null;
  allowed: readonly number[];
  /** Undefined: no line says so, which OS10 never does. */
  enabled: boolean | undefined;
}

/**
 * Lines of an interface that say nothing of the VLANs that it carries. Whatever is not here is not understood: a `channel-group` hands
 * the port to a bundle, `virtual-network` and `switchport` with other words bring VLANs, `service-policy` may drop or mark frames only.
 */
const harmless = new RegExp(
  `^(?:no )?(?:${[
    'description|mtu|speed|duplex|negotiation|fec|flowcontrol|priority-flow-control|dcbx|ets|qos-map|trust|trust-map|service-policy',
    'spanning-tree|lldp|storm-control|load-interval|udld|snmp trap|rate-interval|beacon|wavelength|default mtu|errdisable|scheduler',
  ].join('|')})\\b`,
);

/** Lines around the section of an interface: comments and, in some forms, its end. */
const preamble = /^(?:!.*|end)\s*$/;

/** A port before any line of its configuration was read. */
export const os10Fresh = (): Os10Configured => ({ mode: 'access', access: null, allowed: [], enabled: undefined });

/** Takes one line of an interface's configuration, without its indentation; false when it is not understood. */
export function applyOs10Setting(configured: Os10Configured, line: string): boolean {
  if (line === 'shutdown' || line === 'no shutdown') {
    if (configured.enabled !== undefined) return false;
    configured.enabled = line === 'no shutdown';
    return true;
  }
  const mode = line === 'no switchport' ? 'routed' : /^switchport mode (access|trunk)$/.exec(line)?.[1];
  if (mode === 'access' || mode === 'trunk' || mode === 'routed') {
    configured.mode = mode;
    return true;
  }
  const [, which, list] = /^switchport (access|trunk allowed) vlan ([\d,-]+)$/.exec(line) ?? [];
  if (which !== undefined && list !== undefined) {
    const vlans = parseVlans(list);
    if (vlans === null || (which === 'access' && vlans.length !== 1)) return false;
    if (which === 'access' && configured.access !== null && configured.access !== vlans[0]) return false;
    if (which === 'access') configured.access = vlans[0] ?? null;
    // A list that is long may come in several lines.
    else configured.allowed = [...new Set([...configured.allowed, ...vlans])].sort((a, b) => a - b);
    return true;
  }
  return line === 'no switchport access vlan' || harmless.test(line);
}

/** How a port is configured, from `show running-configuration interface`. */
export function parseOs10Configuration(port: string, text: string): Os10Configured | NotUnderstood {
  const configured = os10Fresh();
  try {
    const isIt = (name: string) => dellOs10.canonicalPort(name, {}) === port;
    for (const line of onlyInterface(text, isIt, preamble).settings) {
      if (!applyOs10Setting(configured, line.text)) return { problem: `unexpected line ${JSON.stringify(line.text)}` };
    }
  } catch (error) {
    if (error instanceof CaptureError) return { problem: error.message };
    throw error;
  }
  if (configured.enabled === undefined) return { problem: 'neither "shutdown" nor "no shutdown"' };
  return configured;
}

/**
 * The state of a port from `show running-configuration interface` and `show vlan`, which must agree. A trunk without an access VLAN
 * stands in no VLAN as `A` and takes no untagged frames (S4112F-ON, 10.5); where the line is missing and the switch counts the port
 * to its default VLAN all the same, that VLAN is the native one.
 */
export function parseOs10Port(port: string, configuration: string, vlanTable: string): PortState | NotUnderstood {
  const configured = parseOs10Configuration(port, configuration);
  if ('problem' in configured) return configured;
  let vlans: Os10Vlan[];
  try {
    vlans = readOs10Vlans(vlanTable);
  } catch (error) {
    if (error instanceof CaptureError) return { problem: error.message };
    throw error;
  }
  const { mode, allowed } = configured;
  const enabled = configured.enabled === true;
  const untagged = vlans.filter((vlan) => vlan.untagged.includes(port));
  const tagged = vlans.filter((vlan) => vlan.tagged.includes(port)).map(({ vlan }) => vlan);
  const [native, other] = untagged;
  if (other) return { problem: `untagged in VLAN ${native?.vlan} and ${other.vlan}` };
  // Without a word an access port is in the default VLAN, which only a trunk can do without.
  const fallback =
    mode === 'access' ? (vlans.find(({ isDefault }) => isDefault)?.vlan ?? 1) : native?.isDefault ? native.vlan : null;
  const expected = {
    native: mode === 'routed' ? null : (configured.access ?? fallback),
    tagged: mode === 'trunk' ? [...allowed] : [],
  };
  const special = vlans.find(({ isSpecial, vlan }) => isSpecial && (vlan === expected.native || expected.tagged.includes(vlan)));
  if (special) return { problem: `VLAN ${special.vlan} is not an ordinary one` };
  // Nobody wrote down whether the table lists ports that are shut.
  if (!enabled && !native && tagged.length === 0) return { ...expected, enabled };
  if ((native?.vlan ?? null) !== expected.native)
    return {
      problem: `${expected.native ?? 'no'} untagged VLAN is configured, but "show vlan" has it in ${native?.vlan ?? 'none'}`,
    };
  if (!sameVlans(tagged, expected.tagged))
    return { problem: `tagged VLANs ${expected.tagged.join()} are configured, but "show vlan" has ${tagged.join()}` };
  return { ...expected, enabled };
}
