import type { PortState } from '../../db/commands/kinds.ts';
import { dellnos9Port } from '../../db/devices/dellnos9.ts';
import type { NotUnderstood } from '../drivers/port-family.ts';
import { CaptureError } from './capture.ts';
import { isBlank, isPrompt, type Line, linesOf } from './table.ts';
import { parseVlans } from './vlan-list.ts';

/** How an interface is configured, besides its VLANs: those are configured on the VLANs. */
export interface ConfiguredPort {
  /** As the switch writes it: `GigabitEthernet 1/3`. */
  readonly name: string;
  switchport: boolean;
  /** Takes tagged and untagged VLANs at once; otherwise it is in one untagged VLAN or in any number of tagged ones. */
  hybrid: boolean;
  /** Null: not said. */
  enabled: boolean | null;
  /** What takes the port away from the VLANs: an address of a router, or a bundle that it is a member of. */
  other?: 'routed' | 'bundled';
  description?: string;
}

/** What `show interfaces switchport` says of one port. */
export interface Membership {
  readonly name: string;
  readonly line: Line;
  readonly tagging: 'Hybrid' | 'True' | 'False' | null;
  readonly untagged: number | null;
  readonly tagged: readonly number[];
  /** The VLAN of untagged frames on a hybrid port, null where none is named. */
  readonly native: number | null;
}

/** What there is to know of a port before it can be changed. */
export interface DellPort {
  readonly switchport: boolean;
  readonly hybrid: boolean;
  readonly enabled: boolean;
  readonly untagged: number | null;
  readonly tagged: readonly number[];
  readonly native: number | null;
}

/**
 * Settings that say nothing of the VLANs that an interface carries. Whatever is not here is not understood: `vlan-stack`, `dot1x`
 * and `auto vlan` give it VLANs of their own.
 */
const harmless =
  /^(?:no ip(?:v6)? address|(?:no )?(?:description|mtu|speed|duplex|negotiation|flowcontrol|rate-interval|keepalive|dampening|spanning-tree|mac learning-limit|storm-control|service-policy|dot1p-priority|trust|snmp|link-bundle-monitor|threshold|wavelength|fec|dcb-policy|dcb-map|dcb|pfc|rate|strict-priority|wred|intf-type|cr4-auto-neg)\b)/;

/** The state of a port from `show running-config interface` and `show interfaces switchport`, which must agree. */
export function parseDellPort(name: string, configuration: string, membership: string): DellPort | NotUnderstood {
  try {
    const strange = linesOf(configuration).find((line) => !isOfSection(line));
    if (strange) return { problem: `unexpected line ${JSON.stringify(strange.text)}` };
    const [configured, ...others] = readConfiguredPorts(configuration);
    if (configured?.name !== name || others.length > 0) return { problem: `no section "interface ${name}" alone` };
    const { switchport, hybrid, enabled, other } = configured;
    if (other !== undefined) return { problem: `it is ${other}` };
    if (enabled === null) return { problem: 'neither "shutdown" nor "no shutdown"' };
    // A port that is no switchport is in no VLAN; what the switch says when asked for them depends on the release.
    if (!switchport && !/^\s*(?:802\.1QTagged|[A-Za-z]\s+\d)/m.test(membership))
      return { switchport, hybrid, enabled, untagged: null, tagged: [], native: null };
    const [record, ...more] = readMemberships(membership);
    if (record?.name !== name || more.length > 0) return { problem: `no record of ${name} alone` };
    const problem = disagreement(configured, record);
    return problem === undefined ? { ...record, switchport, hybrid, enabled } : { problem };
  } catch (error) {
    if (error instanceof CaptureError) return { problem: error.message };
    throw error;
  }
}

/** The lines of `show running-config interface`: what stood below any other one would be lost. */
const isOfSection = (line: Line) => isPrompt(line) || /^(?:[\s!]|interface |Current Configuration\b|end\s*$|$)/.test(line.text);

/** What a port carries. */
export function stateOf({ hybrid, enabled, untagged, tagged, native }: DellPort): PortState {
  const into = untagged ?? (hybrid ? native : null);
  return { native: into, tagged: tagged.filter((vlan) => vlan !== into), enabled };
}

/**
 * What frames meet at a port. A hybrid port without tagged VLANs takes every tagged frame ("When a hybrid port is untagged in a VLAN but
 * it receives tagged traffic, all traffic is accepted", Configuration Guide for the S3048-ON): no state tells that.
 */
export function forwardedBy(port: DellPort): PortState | NotUnderstood {
  if (port.switchport && port.hybrid && port.enabled && port.tagged.length === 0)
    return { problem: 'a hybrid port without tagged VLANs, which takes every tagged frame' };
  return stateOf(port);
}

function disagreement({ switchport, hybrid }: ConfiguredPort, record: Membership): string | undefined {
  const { tagging, untagged, tagged, native } = record;
  const member = untagged !== null || tagged.length > 0;
  if (!switchport && member) return 'VLANs on what is configured to be no switchport';
  if (switchport && tagging === null) return '802.1QTagged is not said';
  if (tagging === 'True' && tagged.length === 0) return '802.1QTagged is True, but there are no tagged VLANs';
  if (switchport && hybrid !== (tagging === 'Hybrid')) return `portmode hybrid is ${hybrid}, but 802.1QTagged is ${tagging}`;
  if (!hybrid && untagged !== null && tagged.length > 0) return 'tagged and untagged VLANs, but it is no hybrid port';
  if (tagging === 'False' && tagged.length > 0) return 'tagged VLANs, but 802.1QTagged is False';
  if (untagged !== null && native !== null && native !== untagged)
    return `untagged in ${untagged}, but the native VLAN is ${native}`;
  if (untagged !== null && tagged.includes(untagged)) return `tagged and untagged in ${untagged}`;
  return undefined;
}

/** The interfaces of `show running-config [interface X]` that are ports. Lines that may change their VLANs throw CaptureError. */
export function readConfiguredPorts(text: string): ConfiguredPort[] {
  const ports: ConfiguredPort[] = [];
  let open: ConfiguredPort | undefined;
  let inProtocol = false;
  for (const line of linesOf(text)) {
    const [, name] = /^interface ([A-Za-z]+ \d+(?:\/\d+){1,2})\s*$/.exec(line.text) ?? [];
    if (/^[^\s!]/.test(line.text)) open = undefined;
    // Those for management are no ports of the switch.
    if (name !== undefined && dellnos9Port(name, '')) {
      open = { name, switchport: false, hybrid: false, enabled: null };
      ports.push(open);
      inProtocol = false;
      continue;
    }
    const [, indent = '', setting] = /^( *)(\S.*?)\s*$/.exec(line.text) ?? [];
    if (!open || setting === undefined || setting === '!') continue;
    if (inProtocol && indent.length > 1) continue;
    inProtocol = /^(?:protocol lldp|port-channel-protocol \S+)$/.test(setting);
    if (!applySetting(open, setting))
      throw new CaptureError(line.number, line.text, `a setting of ${open.name} that may change what it carries`);
  }
  return ports;
}

function applySetting(port: ConfiguredPort, setting: string): boolean {
  const description = /^description (.*)$/.exec(setting)?.[1];
  if (description !== undefined) port.description = description;
  if (setting === 'switchport' || setting === 'no switchport') port.switchport = setting === 'switchport';
  else if (setting === 'portmode hybrid' || setting === 'no portmode hybrid') port.hybrid = setting === 'portmode hybrid';
  else if (setting === 'shutdown' || setting === 'no shutdown') port.enabled = setting === 'no shutdown';
  else if (/^ip(?:v6)? address /.test(setting)) port.other = 'routed';
  else if (setting.startsWith('port-channel-protocol ')) port.other = 'bundled';
  else return setting === 'protocol lldp' || harmless.test(setting);
  return true;
}

/** The records of `show interfaces switchport [X]`. */
export function readMemberships(text: string): Membership[] {
  const records: Membership[] = [];
  const change = (fields: Partial<Membership>, line: Line) => {
    const last = records.at(-1);
    if (!last) throw new CaptureError(line.number, line.text, 'a field before the name of a port');
    records[records.length - 1] = { ...last, ...fields };
    return last;
  };
  let row: 'U' | 'T' | undefined;
  const add = (kind: 'U' | 'T', list: string, line: Line) => {
    const vlans = parseVlans(list.replace(/,\s*$/, ''));
    const last = change({}, line);
    if (!vlans) throw new CaptureError(line.number, line.text, 'no list of VLANs');
    if (kind === 'T') return change({ tagged: [...new Set([...last.tagged, ...vlans])].sort((a, b) => a - b) }, line);
    const [untagged, ...more] = vlans;
    if (untagged === undefined || more.length > 0 || last.untagged !== null)
      throw new CaptureError(line.number, line.text, 'more than one untagged VLAN');
    return change({ untagged }, line);
  };
  for (const line of linesOf(text)) {
    const [, key, value = ''] =
      /^\s*(Name|Description|802\.1QTagged|Vlan membership|Native VlanId):\s*(.*?)\s*$/.exec(line.text) ?? [];
    const [, code, list = ''] = /^\s*([A-Za-z])\s+(\d[\d,\s-]*)$/.exec(line.text) ?? [];
    const more = /^\s+(\d[\d,\s-]*)$/.exec(line.text)?.[1];
    const previous = row;
    row = undefined;
    if (key === 'Name') records.push({ name: value, line, tagging: null, untagged: null, tagged: [], native: null });
    else if (key === '802.1QTagged') {
      const tagging = (['Hybrid', 'True', 'False'] as const).find((each) => each === value);
      if (!tagging) throw new CaptureError(line.number, line.text, 'an unknown kind of tagging');
      change({ tagging }, line);
    } else if (key === 'Native VlanId') {
      const native = /^(\d{1,4})\.?$/.exec(value)?.[1];
      if (native === undefined) throw new CaptureError(line.number, line.text, 'no native VLAN');
      change({ native: Number(native) }, line);
    } else if (code === 'U' || code === 'T') {
      row = code;
      add(row, list, line);
    } else if (previous !== undefined && more !== undefined) {
      row = previous;
      add(row, more, line);
    } else if (key === undefined && !isLegend(line)) {
      throw new CaptureError(
        line.number,
        line.text,
        code === undefined ? 'no field of a switchport' : 'a membership of another kind',
      );
    }
  }
  return records;
}

/** The lines of legends and headers, and what stands around an answer. */
function isLegend(line: Line): boolean {
  return isBlank(line) || isPrompt(line) || /^(?:Codes: |Q: |show )|^\s+[A-Za-z] - |^Q\s+Vlans\s*$/.test(line.text);
}
