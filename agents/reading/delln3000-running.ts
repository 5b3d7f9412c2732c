import { delln3000 } from '../../db/devices/delln3000.ts';
import { CaptureError, type PortRecord } from './capture.ts';
import { parseDnosVlans } from './delln3000-switchport.ts';
import { isPrompt, type Line, linesOf } from './table.ts';

/** How a port is configured, in its own terms: the settings of the mode that a port is not in wait. */
export interface DnosConfigured {
  mode: 'access' | 'trunk' | 'general';
  access: number;
  native: number;
  allowed: readonly number[];
  enabled: boolean;
  description?: string;
}

const allVlans = parseDnosVlans('1-4093') ?? [];

/** What no line says: an access port in VLAN 1 that is up; a trunk without a list carries every VLAN. */
const freshDnosPort = (): DnosConfigured => ({
  mode: 'access',
  access: 1,
  native: 1,
  allowed: allVlans,
  enabled: true,
});

/**
 * Lines of an interface that say nothing of the VLANs that it carries. Whatever is not here is not understood: `channel-group` hands
 * the port to a bundle, a voice VLAN or a port that authenticates joins other VLANs. `switchport general` waits for its mode.
 */
const harmless =
  /^(?:no )?(?:speed|duplex|mtu|negotiation|flowcontrol|storm-control|spanning-tree|lldp|isdp|udld|snmp|logging|power|green-mode|eee|sflow|service-policy|service-acl|ip dhcp|ip arp|ip verify|classofservice|cos-queue|traffic-shape|rate-limit|datacenter-bridging|keepalive|link debounce|switchport (?:general|protected|block)|(?:dot1x|authentication) port-control force-authorized)\b|^!/;

/** Takes one line of an interface; false when it is not understood. */
function applyDnosSetting(configured: DnosConfigured, setting: string): boolean {
  if (setting === 'shutdown' || setting === 'no shutdown') {
    configured.enabled = setting === 'no shutdown';
    return true;
  }
  const description = /^description (.*)$/.exec(setting)?.[1];
  if (description !== undefined) {
    configured.description = description.replace(/^(["'])(.*)\1$/, '$2');
    return true;
  }
  const mode = /^switchport mode (access|trunk|general)$/.exec(setting)?.[1];
  if (mode === 'access' || mode === 'trunk' || mode === 'general') {
    configured.mode = mode;
    return true;
  }
  const [, which, vlan] = /^switchport (access|trunk native) vlan (\d{1,4})$/.exec(setting) ?? [];
  if (which !== undefined) {
    configured[which === 'access' ? 'access' : 'native'] = Number(vlan);
    return true;
  }
  const [, verb, text] = /^switchport trunk allowed vlan (?:(add|remove|except) )?(\S.*)$/.exec(setting) ?? [];
  if (text === undefined) return harmless.test(setting);
  const vlans = parseDnosVlans(text);
  if (vlans === null) return false;
  if (verb === undefined) configured.allowed = vlans;
  else if (verb === 'add') configured.allowed = [...new Set([...configured.allowed, ...vlans])].sort((a, b) => a - b);
  else configured.allowed = (verb === 'except' ? allVlans : configured.allowed).filter((each) => !vlans.includes(each));
  return true;
}

/** Lists that were wrapped after a comma stand in one line; the others of theirs are left empty. */
function unwrapped(text: string): Line[] {
  const lines = linesOf(text);
  return lines.map(({ number, text: own }, index) => {
    const before = lines[index - 1]?.text ?? '';
    if (/\d,\s*$/.test(before) && /^\s*\d[\d,\s-]*$/.test(own)) return { number, text: '' };
    let whole = own;
    for (let next = index + 1; /\d,\s*$/.test(whole); next += 1) {
      const more = lines[next]?.text;
      if (more === undefined || !/^\s*\d[\d,\s-]*$/.test(more)) break;
      whole = `${whole.trimEnd()}${more.trim()}`;
    }
    return { number, text: whole };
  });
}

/** Names of ports as any output writes them, `gigabitethernet 1/0/5` is `Gi1/0/5`; others, `Po4`, stay. */
export const dnosPort = (text: string) => delln3000.canonicalPort(text, {}) ?? text;

/**
 * The configuration of one port from `show running-config interface`, which prints its lines with or without the line `interface`
 * before and `exit` after them. Throws CaptureError for a line that it does not understand.
 */
export function readDnosInterface(port: string, text: string): DnosConfigured {
  const configured = freshDnosPort();
  for (const line of unwrapped(text)) {
    const setting = line.text.trim();
    if (setting === '' || setting === 'exit' || setting.startsWith('!')) continue;
    const header = /^interface (\S.*)$/.exec(setting)?.[1];
    if (header === undefined ? !applyDnosSetting(configured, setting) : dnosPort(header) !== port)
      throw new CaptureError(line.number, line.text, 'unexpected line');
  }
  return configured;
}

/** The ports of `show running-config`, whole or of one interface with its name. What stands outside of ports is not looked at. */
export function readDnosRunning(text: string): PortRecord[] {
  const records: PortRecord[] = [];
  let open: { port: string; configured: DnosConfigured } | undefined;
  const finish = () => {
    if (open) records.push(dnosRecord(open.port, open.configured));
    open = undefined;
  };
  for (const line of unwrapped(text)) {
    const setting = line.text.trim();
    if (setting === '') continue;
    const header = /^interface (\S.*)$/.exec(setting)?.[1];
    if (header !== undefined || setting === 'exit' || isPrompt(line)) finish();
    if (header !== undefined && delln3000.canonicalPort(header, {}) !== null)
      open = { port: dnosPort(header), configured: freshDnosPort() };
    else if (open && setting !== 'exit' && !applyDnosSetting(open.configured, setting))
      throw new CaptureError(line.number, line.text, `a setting of ${open.port} that may change what it carries`);
  }
  finish();
  return records;
}

/** What a port carries as it is configured; of general mode nothing is told. */
function dnosRecord(port: string, configured: DnosConfigured): PortRecord {
  const { mode, access, native, allowed, enabled, description } = configured;
  const rest = { port, mode, enabled, ...(description === undefined ? {} : { description }) };
  if (mode === 'general') return rest;
  if (mode === 'access') return { ...rest, native: access, tagged: [] };
  const passes = allowed.includes(native) ? native : null;
  return { ...rest, native: passes, tagged: allowed.filter((vlan) => vlan !== native) };
}
