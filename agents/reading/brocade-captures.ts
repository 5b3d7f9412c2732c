import { brocadePort } from '../../db/devices/brocade.ts';
import type { NotUnderstood } from '../drivers/port-family.ts';
import { accessOf, carried, modeOf, type Trunk, trunkOf } from './brocade.ts';
import { CaptureError, type Captures, type PortRecord } from './capture.ts';
import { linesOf } from './table.ts';
import { parseVlans } from './vlan-list.ts';
import { isHollow, parseXml, type XmlElement } from './xml.ts';

/**
 * What a VDX says, read by itself: `switchport` is what its REST server answers below `.../switchport`, `running-config` what
 * its command line prints.
 */
export const brocadeCaptures: Captures = { switchport: readSwitchport, 'running-config': readRunning };

/** Names of ports with their whole type, because a capture does not tell which type goes without. */
function portName(type: string, numbers: string): string | null {
  const port = brocadePort(`${type}${numbers}`, '');
  return port && `${port.type}${port.numbers}`;
}

/** The answer to a GET of a port's switchport, or of its mode, trunk or access alone. Its address tells the port. */
function readSwitchport(text: string): PortRecord[] {
  const fail = (problem: string): never => {
    throw new CaptureError(1, linesOf(text)[0]?.text ?? '', problem);
  };
  const root = parseXml(text) ?? fail('no XML document of one element');
  const [, type = '', numbers = ''] =
    /\/interface\/([A-Za-z]+)\/(?:%22|")([\d/]+)(?:%22|")\/switchport\b/.exec(root.attributes['self'] ?? '') ?? [];
  const port = portName(type, numbers) ?? fail('no address of a port');
  const parts = root.name === 'switchport' ? root.children : [root];
  const strange = parts.find((part) => !['mode', 'trunk', 'access'].includes(part.name) && !isHollow(part));
  if (strange) fail(`a switchport with ${strange.name}`);
  const take = <T extends string | number | Trunk>(name: string, read: (element: XmlElement) => T | NotUnderstood) => {
    const part = parts.find((each) => each.name === name);
    const found = part && read(part);
    return typeof found === 'object' && 'problem' in found ? fail(found.problem) : found;
  };
  const mode = take('mode', modeOf);
  const trunk = take('trunk', trunkOf);
  const access = take('access', accessOf);
  if (trunk && mode !== 'access') return [{ port, mode: mode ?? 'trunk', ...carried(trunk, mode !== 'trunk-no-default-native') }];
  if (access !== undefined && (mode ?? 'access') === 'access') return [{ port, mode: 'access', native: access, tagged: [] }];
  return mode === undefined ? fail('nothing of a switchport') : [{ port, mode }];
}

/** Settings that say nothing of the VLANs that a port carries. */
const harmless =
  /^(?:no )?(?:description|mtu|speed|fabric|long-distance-isl|spanning-tree|lldp|qos|storm-control|sflow|rmon|loop-detection|bpdu-drop|udld|service-policy|mac access-group|snmp|logging|priority-tag|negotiation|auto-backup|ipv6 raguard)\b/;

interface Configured {
  readonly port: string;
  mode: string;
  access: number;
  trunk: Trunk;
  enabled: boolean;
  description?: string;
}

/** The physical ports of `show running-config`, whole or of one interface. What stands outside of interfaces is not looked at. */
function readRunning(text: string): PortRecord[] {
  const ports: Configured[] = [];
  let open: Configured | undefined;
  for (const line of linesOf(text)) {
    const [, type, numbers] = /^interface ([A-Za-z]+) (\d+(?:\/\d+){1,2})\s*$/.exec(line.text) ?? [];
    if (/^\S/.test(line.text)) open = undefined;
    const port = type === undefined || numbers === undefined ? null : portName(type, numbers);
    if (port !== null) {
      open = { port, mode: 'routed', access: 1, trunk: { allowed: [], native: null, nativeTagged: false }, enabled: true };
      ports.push(open);
    }
    const setting = /^\s+(\S.*?)\s*$/.exec(line.text)?.[1];
    if (!open || setting === undefined || setting.startsWith('!')) continue;
    if (!applySetting(open, setting))
      throw new CaptureError(line.number, line.text, `a setting of ${open.port} that may change what it carries`);
  }
  return ports.map(({ port, mode, access, trunk, enabled, description }) => ({
    port,
    mode,
    ...(mode === 'routed'
      ? { native: null, tagged: [] }
      : mode === 'access'
        ? { native: access, tagged: [] }
        : carried(trunk, mode === 'trunk')),
    enabled,
    ...(description === undefined ? {} : { description }),
  }));
}

function applySetting(port: Configured, setting: string): boolean {
  const description = /^description (.*)$/.exec(setting)?.[1];
  if (description !== undefined) port.description = description;
  const mode = /^switchport mode (access|trunk|trunk-no-default-native)$/.exec(setting)?.[1];
  const [, how, one] = /^switchport (access vlan|trunk native-vlan) (\d{1,4})$/.exec(setting) ?? [];
  const list = /^switchport trunk allowed vlan add ([\d,-]+)$/.exec(setting)?.[1];
  if (setting === 'switchport') port.mode = port.mode === 'routed' ? 'access' : port.mode;
  else if (setting === 'shutdown' || setting === 'no shutdown') port.enabled = setting === 'no shutdown';
  else if (mode !== undefined) port.mode = mode;
  else if (how === 'access vlan') port.access = Number(one);
  else if (how !== undefined) port.trunk = { ...port.trunk, native: Number(one) };
  else if (/^(?:no )?switchport trunk tag native-vlan$/.test(setting)) {
    port.trunk = { ...port.trunk, nativeTagged: !setting.startsWith('no ') };
  } else if (/^switchport trunk allowed vlan (?:all|none)$/.test(setting)) {
    port.trunk = { ...port.trunk, allowed: parseVlans(setting.endsWith('all') ? 'all' : 'none') ?? [] };
  } else if (list !== undefined) {
    const vlans = parseVlans(list);
    if (!vlans) return false;
    port.trunk = { ...port.trunk, allowed: [...new Set([...port.trunk.allowed, ...vlans])].sort((a, b) => a - b) };
  } else return harmless.test(setting);
  return true;
}
