import { CaptureError, type PortRecord } from './capture.ts';
import { radlanPort } from './powerconnect55xx.ts';
import { isPrompt, linesOf } from './table.ts';
import { parseVlans } from './vlan-list.ts';

/** A port as its lines configure it; null lists and undefined VLANs are what no line tells. */
interface Configured {
  mode: string;
  access: number | null;
  native: number | null;
  /** Null while no line tells the list: its default differs between releases. */
  allowed: number[] | null;
  enabled: boolean;
  description?: string;
}

/** Lines of an interface that say nothing of the VLANs that it carries. A bundle, a voice VLAN or authentication does. */
const harmless =
  /^(?:no )?(?:speed|duplex|mtu|negotiation|flowcontrol|back-pressure|mdix|spanning-tree|lldp|snmp|storm-control|power|eee|green-ethernet|macro|logging|qos|rate-limit|traffic-shape|service-acl|ip dhcp|ip arp|system|switchport (?:protected|general|customer|forbidden))\b|^!/;

/**
 * The ports of `show running-config`, whole or of one interface; what stands outside of ports is not looked at.
 * What a port carries is told only as far as lines tell it: the list of a trunk without one differs between releases.
 */
export function readRadlanRunning(text: string): PortRecord[] {
  const ports = new Map<string, Configured>();
  let open: Configured | undefined;
  let indented = false;
  for (const line of linesOf(text)) {
    const setting = line.text.trim();
    // Some releases indent what belongs to an interface and end it without a word, others end it with `exit`.
    if (/^\S/.test(line.text) && indented) open = undefined;
    indented = /^\s+\S/.test(line.text);
    const header = /^interface (?!range\b)(\S+(?: \d\S*)?)$/.exec(setting)?.[1];
    if (header !== undefined) {
      const name = radlanPort(header);
      const isPort = /^(?:gi|te)\d/.test(name);
      open = isPort ? (ports.get(name) ?? { mode: 'access', access: 1, native: 1, allowed: null, enabled: true }) : undefined;
      if (open) ports.set(name, open);
    } else if (/^(?:interface range\b|exit$|!$)/.test(setting) || isPrompt(line)) {
      if (/^interface range\b/.test(setting)) throw new CaptureError(line.number, line.text, 'several ports at once');
      open = undefined;
    } else if (open && setting !== '' && !apply(open, setting)) {
      throw new CaptureError(line.number, line.text, 'a setting of a port that may change what it carries');
    }
  }
  return [...ports].map(([port, configured]) => record(port, configured));
}

function apply(configured: Configured, setting: string): boolean {
  if (setting === 'shutdown' || setting === 'no shutdown') {
    configured.enabled = setting === 'no shutdown';
    return true;
  }
  const description = /^description (.*)$/.exec(setting)?.[1];
  if (description !== undefined) {
    configured.description = description.replace(/^"(.*)"$/, '$1');
    return true;
  }
  const mode = /^switchport mode (\S+)$/.exec(setting)?.[1];
  if (mode !== undefined) {
    configured.mode = mode;
    return true;
  }
  const [, which, vlan] = /^switchport (access|trunk native) vlan (\d{1,4}|none)$/.exec(setting) ?? [];
  if (which !== undefined) {
    configured[which === 'access' ? 'access' : 'native'] = vlan === 'none' ? null : Number(vlan);
    return true;
  }
  const [, verb, list] = /^switchport trunk allowed vlan (?:(add|remove) )?(\S.*)$/.exec(setting) ?? [];
  if (list === undefined) return harmless.test(setting);
  const vlans = parseVlans(list);
  if (vlans === null) return false;
  // The first line tells the default: lists are added to none, or removed from all.
  const before = configured.allowed ?? (verb === 'remove' ? (parseVlans('all') ?? []) : []);
  configured.allowed =
    verb === 'remove'
      ? before.filter((each) => !vlans.includes(each))
      : [...new Set(verb === 'add' ? [...before, ...vlans] : vlans)].sort((a, b) => a - b);
  return true;
}

function record(port: string, { mode, access, native, allowed, enabled, description }: Configured): PortRecord {
  const rest = { port, mode, enabled, ...(description === undefined ? {} : { description }) };
  if (mode === 'access') return { ...rest, native: access, tagged: [] };
  if (mode !== 'trunk') return rest;
  return { ...rest, native, ...(allowed === null ? {} : { tagged: allowed.filter((vlan) => vlan !== native) }) };
}
