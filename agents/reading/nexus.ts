import type { PortState } from '../../db/commands/kinds.ts';
import type { NotUnderstood } from '../drivers/port-family.ts';
import { parseVlans } from './vlan-list.ts';

/** How a port is configured, in its own terms: a switch keeps the settings of the mode that a port is not in. */
export interface Configured {
  mode: 'access' | 'trunk';
  access: number;
  native: number;
  /** Null: no line says so, which means all of them. */
  allowed: number[] | null;
  enabled: boolean;
}

/**
 * Lines of an interface that say nothing of the VLANs that it carries. Whatever is not here is not understood:
 * `switchport monitor` copies other ports' frames to a port, a `channel-group` hands it to a bundle, a port profile hides its VLANs.
 */
const harmless =
  /^(?:no )?(?:description|speed|duplex|mtu|negotiate|beacon|bandwidth|delay|load-interval|carrier-delay|link|flowcontrol|priority-flow-control|storm-control|spanning-tree|lldp|cdp|udld|snmp|logging|errdisable|service-policy|hardware|switchport block|switchport host)\b/;

/** Fields that must have this value where they are printed at all: anything else adds VLANs to a port or other ports' frames. */
const plainFields: readonly (readonly [key: RegExp, value: RegExp])[] = [
  [/^Voice VLAN$/, /^none$/],
  [/^Switchport Monitor$/, /^Not enabled$/],
  [/^(?:Administrative|Operational) private-vlan\b(?!.* encapsulation$)/, /^none$/],
];

const allVlans = parseVlans('all') ?? [];

/** VLANs that NX-OS keeps for itself: `all` includes them or not, depending on the release. */
const isReserved = (vlan: number) => vlan >= 3968;

/**
 * The state of a port from `show running-config interface` and `show interface switchport`, which must agree.
 * The native VLAN of a trunk is null when the trunk does not allow it, for then untagged frames go nowhere.
 */
export function parseNexusPort(port: string, configuration: string, switchport: string): PortState | NotUnderstood {
  const configured = parseConfiguration(port, configuration);
  if ('problem' in configured) return configured;
  const problem = disagreement(port, configured, switchport);
  if (problem !== undefined) return { problem };
  return stateOf(configured);
}

/** What a port carries that is configured so. The native VLAN of a trunk counts only where the trunk allows it. */
export function stateOf({ mode, access, native, allowed, enabled }: Configured): PortState {
  if (mode === 'access') return { native: access, tagged: [], enabled };
  const passing = allowed ?? allVlans;
  return {
    native: passing.includes(native) ? native : null,
    tagged: passing.filter((vlan) => vlan !== native),
    enabled,
  };
}

/** A port without a line of configuration: an access port of VLAN 1, up. */
export function freshlyConfigured(): Configured {
  return { mode: 'access', access: 1, native: 1, allowed: null, enabled: true };
}

/** Reads the one section of `show running-config interface`. */
function parseConfiguration(port: string, text: string): Configured | NotUnderstood {
  const configured = freshlyConfigured();
  const lines = unwrap(text).split('\n');
  const start = lines.findIndex((line) => line.trim() === `interface ${port}`);
  if (start < 0) return { problem: `no section "interface ${port}"` };
  const before = lines.slice(0, start).find((line) => !/^\s*(?:!.*|version .*)?$/.test(line));
  if (before !== undefined) return { problem: `unexpected line ${JSON.stringify(before)}` };
  for (const line of lines.slice(start + 1)) {
    if (/^\s*(?:!.*)?$/.test(line)) continue;
    const setting = /^ +(\S.*?)\s*$/.exec(line)?.[1];
    if (setting === undefined || !applySetting(configured, setting))
      return { problem: `unexpected line ${JSON.stringify(line)}` };
  }
  return configured;
}

/** Takes one line of an interface's configuration, without its indentation; false when it is not understood. */
export function applySetting(configured: Configured, setting: string): boolean {
  if (setting === 'switchport') return true;
  if (setting === 'shutdown' || setting === 'no shutdown') {
    configured.enabled = setting === 'no shutdown';
    return true;
  }
  const mode = /^switchport mode (access|trunk)$/.exec(setting)?.[1];
  if (mode === 'access' || mode === 'trunk') {
    configured.mode = mode;
    return true;
  }
  const [, which, one] = /^switchport (access|trunk native) vlan (\d+)$/.exec(setting) ?? [];
  if (which !== undefined && one !== undefined) {
    const [vlan, ...more] = parseVlans(one) ?? [];
    if (vlan === undefined || more.length > 0) return false;
    configured[which === 'access' ? 'access' : 'native'] = vlan;
    return true;
  }
  const [, add, list] = /^switchport trunk allowed vlan (add )?(\S.*)$/.exec(setting) ?? [];
  if (list !== undefined) {
    const vlans = parseVlans(list);
    // A continuation without its beginning is half an answer.
    if (vlans === null || (add !== undefined && configured.allowed === null)) return false;
    configured.allowed =
      add === undefined ? vlans : [...new Set([...(configured.allowed ?? []), ...vlans])].sort((a, b) => a - b);
    return true;
  }
  return harmless.test(setting);
}

/** In what `show interface switchport` contradicts the configuration or cannot be understood; undefined when it agrees. */
function disagreement(port: string, configured: Configured, text: string): string | undefined {
  const fields = new Map<string, string>();
  for (const line of unwrap(text).split('\n')) {
    if (line.trim() === '') continue;
    const match = /^\s*([^:]+?)\s*:\s*(.*?)\s*$/.exec(line);
    if (!match) return `unexpected line ${JSON.stringify(line)}`;
    const [, key = '', value = ''] = match;
    if (fields.has(key)) return `"${key}" twice`;
    fields.set(key, value);
  }
  const field = (key: string) => fields.get(key) ?? '';
  if (field('Name') !== port) return `a record of "${field('Name')}"`;
  if (field('Switchport') !== 'Enabled') return `"Switchport: ${field('Switchport')}"`;
  // A trunk that is down may call itself access, but nothing turns an access port into a trunk.
  const operational = configured.mode === 'access' ? /^(?:access|down)$/ : /^(?:access|trunk|down)$/;
  if (!operational.test(field('Operational Mode')))
    return `mode ${configured.mode}, but "Operational Mode: ${field('Operational Mode')}"`;
  const expected: [key: string, vlan: number][] = [['Trunking Native Mode VLAN', configured.native]];
  if (configured.mode === 'access') expected.push(['Access Mode VLAN', configured.access]);
  for (const [key, vlan] of expected) {
    if (/^(\d+)(?: \([^)]*\))?$/.exec(field(key))?.[1] !== String(vlan)) return `configured ${vlan}, but "${key}: ${field(key)}"`;
  }
  if (!agreesWithList(configured.allowed, field('Trunking VLANs Allowed')))
    return `the configured list differs from "Trunking VLANs Allowed: ${field('Trunking VLANs Allowed')}"`;
  const odd = [...fields].find(([key, value]) => plainFields.some(([name, plain]) => name.test(key) && !plain.test(value)));
  return odd && `"${odd[0]}: ${odd[1]}"`;
}

/** Whether a printed list is the configured one, or, if it ends in `(more)`, its beginning. */
function agreesWithList(allowed: readonly number[] | null, printed: string): boolean {
  const cut = /,?\s*\(more\)$/.exec(printed);
  const listed = parseVlans(cut ? printed.slice(0, cut.index) : printed);
  if (listed === null) return false;
  const last = cut ? (listed.at(-1) ?? 0) : Number.POSITIVE_INFINITY;
  const expected = (allowed ?? allVlans).filter((vlan) => vlan <= last && !(allowed === null && isReserved(vlan)));
  const found = allowed === null ? listed.filter((vlan) => !isReserved(vlan)) : listed;
  return expected.length === found.length && expected.every((vlan, index) => vlan === found[index]);
}

/** Joins lists that were wrapped after a comma, or before a line that holds nothing but more of the list. */
export function unwrap(text: string): string {
  return text.replace(/,[ \t]*\n[ \t]*(?=[\d(])/g, ',').replace(/(\d)[ \t]*\n[ \t]*(?=,[\d,-]+[ \t]*(?:\n|$))/g, '$1');
}
