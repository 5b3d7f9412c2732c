import { junos } from '../../db/devices/junos.ts';
import { CaptureError, type Captures, type MacRecord, type PortRecord, type StatusRecord, type VlanRecord } from './capture.ts';
import {
  applyJunosSetting,
  isNoise,
  type JunosConfigured,
  type JunosVlans,
  junosFresh,
  membersOf,
  readJunosVlans,
  words,
} from './junos-configuration.ts';
import { readSwitchedPorts, type SwitchedVlan } from './junos-switching.ts';
import { type Line, linesOf, macAddress } from './table.ts';

/** What Junos prints, read by itself. Forms of EX and QFX with ELS, and where it says so of those before it. */
export const junosCaptures: Captures = {
  switchport: readSwitchports,
  'running-config': readConfiguration,
  vlans: readVlans,
  status: readStatus,
  mac: readMacTable,
};

/** The port of a logical interface: `ge-0/0/1.0` is `ge-0/0/1`; others, `ae0.0`, stay. */
const portName = (text: string) => junos.canonicalPort(text, {}) ?? text;

/** `show ethernet-switching interface`, or `show ethernet-switching interfaces` of a switch without ELS. */
function readSwitchports(text: string): PortRecord[] {
  if (/^Interface +State +VLAN members +Tag +Tagging +Blocking/m.test(text)) return readOldSwitchports(text);
  return readSwitchedPorts(text).map(({ name, tagged, vlans }) => recordOf(name, tagged, vlans));
}

function recordOf(name: string, trunk: boolean, vlans: readonly SwitchedVlan[]): PortRecord {
  const untagged = vlans.find((vlan) => !vlan.tagged);
  const tagged = vlans.flatMap((vlan) => (vlan.tagged && vlan.vlan !== null ? [vlan.vlan] : []));
  // A VLAN without an id, as `default` may be, has no number to tell.
  const native = untagged === undefined ? { native: null } : untagged.vlan === null ? {} : { native: untagged.vlan };
  return { port: portName(name), mode: trunk ? 'trunk' : 'access', ...native, tagged: tagged.sort((a, b) => a - b) };
}

/** The form of before ELS: a port and its first VLAN in one line. Whether it tags may be left out for `default`. */
function readOldSwitchports(text: string): PortRecord[] {
  const ports: { name: string; vlans: SwitchedVlan[] }[] = [];
  for (const line of linesOf(text)) {
    if (isNoise(line) || /^Interface +State /.test(line.text)) continue;
    const [, name, vlan, id, tagging] =
      /^(?:(\S+\.\d+) +(?:up|down) +|\s{10,})(\S+)(?: +(\d{1,4}))?(?: +(tagged|untagged))?(?: +\S.*)?$/.exec(line.text) ?? [];
    if (name !== undefined) ports.push({ name, vlans: [] });
    const last = ports.at(-1);
    if (vlan === undefined || !last) throw new CaptureError(line.number, line.text, 'no port with its VLANs');
    last.vlans.push({ name: vlan, vlan: id === undefined ? null : Number(id), tagged: tagging === 'tagged' });
  }
  return ports.map(({ name, vlans }) =>
    recordOf(
      name,
      vlans.some((vlan) => vlan.tagged),
      vlans,
    ),
  );
}

/** `show configuration | display set`, or its parts about interfaces and VLANs. What is neither is not looked at. */
function readConfiguration(text: string): PortRecord[] {
  const lines = linesOf(text).filter((line) => !isNoise(line));
  const ofVlans = lines.filter((line) => words(line.text)[1] === 'vlans').map((line) => line.text);
  const vlans = readJunosVlans(ofVlans.join('\n'));
  const ports = new Map<string, { configured: JunosConfigured; first: Line; routed: boolean; description?: string }>();
  for (const line of lines) {
    const [verb, where, name = '', ...statement] = words(line.text);
    if (!/^(?:set|deactivate)$/.test(verb ?? ''))
      throw new CaptureError(line.number, line.text, 'not in the form of "display set"');
    if (where !== 'interfaces' || name !== portName(name) || junos.canonicalPort(name, {}) === null) continue;
    const port = ports.get(name) ?? { configured: junosFresh(), first: line, routed: false };
    ports.set(name, port);
    const [first, second, third, family] = statement;
    if (first === 'description') port.description = (second ?? '').replace(/^"|"$/g, '');
    if (first === 'unit' && third === 'family' && family !== 'ethernet-switching') port.routed = true;
    else if (verb !== 'set' || !applyJunosSetting(port.configured, statement))
      throw new CaptureError(line.number, line.text, `a statement about ${name} that may change what it carries`);
  }
  return [...ports].map(([name, { configured, first, routed, description }]) => ({
    port: name,
    ...configuredRecord(configured, vlans, routed, first),
    enabled: !configured.disabled,
    ...(description === undefined ? {} : { description }),
  }));
}

function configuredRecord(
  configured: JunosConfigured,
  vlans: JunosVlans,
  routed: boolean,
  first: Line,
): Omit<PortRecord, 'port'> {
  const { switching, mode, native, members } = configured;
  if (!switching) return { mode: routed ? 'routed' : 'none', native: null, tagged: [] };
  const carried = membersOf(members, vlans);
  if (!carried)
    throw new CaptureError(first.number, first.text, `the VLANs ${members.join(' ')} of this port are not all in this text`);
  if (mode === 'trunk') {
    const untagged = native !== null && carried.includes(native) ? native : null;
    return { mode, native: untagged, tagged: carried.filter((vlan) => vlan !== untagged) };
  }
  return { mode: 'access', native: members.length === 0 ? 1 : (carried[0] ?? null), tagged: [] };
}

/** `show vlans`: a line for each VLAN, its logical interfaces below it, those that are up with an asterisk. */
function readVlans(text: string): VlanRecord[] {
  const records: (VlanRecord & { ports: string[] })[] = [];
  let inTable = false;
  for (const line of linesOf(text)) {
    if (isNoise(line)) continue;
    if (/^Routing instance +VLAN name +Tag +Interfaces/.test(line.text)) {
      inTable = true;
      continue;
    }
    const port = /^\s+([a-z]\S*\.\d+)\*?\s*$/.exec(line.text)?.[1];
    const [, name = '', vlan] = /^\S+ +(\S+) +(\d{1,4}|NA)\s*$/.exec(line.text) ?? [];
    // A VLAN without an id: its name is all there is.
    const nameless = /^\S+ +(\S+)\s*$/.exec(line.text)?.[1];
    const last = records.at(-1);
    if (inTable && port !== undefined && last) last.ports.push(portName(port));
    else if (inTable && vlan !== undefined && vlan !== 'NA') records.push({ vlan: Number(vlan), name, ports: [] });
    else if (inTable && (vlan === 'NA' || nameless !== undefined)) records.push({ vlan: 0, name: nameless ?? name, ports: [] });
    else throw new CaptureError(line.number, line.text, 'no VLAN and no interface of one');
  }
  if (!inTable) throw new CaptureError(1, linesOf(text)[0]?.text ?? '', 'no table of VLANs');
  // One without an id carries no VLAN tag and has no number to stand under.
  return records.filter(({ vlan }) => vlan !== 0);
}

/** `show interfaces terse`: the physical ports, with both their states. */
function readStatus(text: string): StatusRecord[] {
  const records: StatusRecord[] = [];
  for (const line of linesOf(text)) {
    if (isNoise(line) || /^Interface +Admin +Link /.test(line.text)) continue;
    const [, port = '', admin, link] = /^(\S+) +(up|down) +(up|down)\b/.exec(line.text) ?? [];
    // Further addresses of a unit stand alone in their lines.
    if (admin === undefined && !/^\s+(?:inet6?|iso|mpls|\S*[.:]\S*)/.test(line.text))
      throw new CaptureError(line.number, line.text, 'no interface with its states');
    if (junos.canonicalPort(port, {}) === port) records.push({ port, status: admin === 'down' ? 'disabled' : (link ?? '') });
  }
  return records;
}

/** `show ethernet-switching table` of a switch with ELS. It tells VLANs by name: an id only where the name holds nothing else. */
function readMacTable(text: string): MacRecord[] {
  const records: MacRecord[] = [];
  let inTable = false;
  for (const line of linesOf(text)) {
    if (isNoise(line) || /^(?:Ethernet switching table : |Routing instance : |MAC flags |\s*SE - )/.test(line.text)) continue;
    if (/^\s*(?:Vlan +MAC +MAC|name +address +flags)/.test(line.text)) {
      inTable = true;
      continue;
    }
    const [, name = '', address = '', flags = '', port = ''] =
      /^\s*(\S+)\s+([\da-f:]{17})\s+(\S+)\s+.*?\b([a-z]\S*\.\d+)\b.*$/i.exec(line.text) ?? [];
    const mac = macAddress(address);
    if (!inTable || mac === null) throw new CaptureError(line.number, line.text, 'no address with its VLAN and interface');
    const vlan = /^(?:vlan-?|haas-)?(\d{1,4})$/i.exec(name)?.[1];
    records.push({ vlan: vlan === undefined ? null : Number(vlan), mac, type: flags, port: portName(port) });
  }
  if (!inTable) throw new CaptureError(1, linesOf(text)[0]?.text ?? '', 'no table of addresses');
  return records;
}
