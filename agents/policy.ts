import { existsSync } from 'node:fs';
import { BlockList, isIP } from 'node:net';
import { z } from 'zod';
import type { CommandParameters, PortState } from '../db/commands/kinds.ts';
import { hostname, type SwitchAccess } from '../db/devices/access.ts';
import { findSwitchFamily } from '../db/devices/families.ts';
import type { BmcAccess } from '../db/devices/obm.ts';
import { parseVlanList } from '../db/devices/vlan-list.ts';
import { readJson } from './private-file.ts';

const vlans = z.string().transform((text, context) => {
  const allowed = parseVlanList(text);
  if (allowed) return { text, allowed: new Set(allowed) };
  context.addIssue({ code: 'custom', message: 'must be VLAN ids and ranges within 1 to 4094, such as "100-999,1500"' });
  return z.NEVER;
});

const protectedPort = z
  .string()
  .regex(/^\S.* \S+$/, 'must be the name of a switch, a space and a port, such as "nexus-01 Ethernet1/48"')
  .transform((text) => ({ label: text.slice(0, text.lastIndexOf(' ')), port: text.slice(text.lastIndexOf(' ') + 1) }));

const reachable = z.array(z.string()).transform((entries, context) => {
  const networks = new BlockList();
  const names = new Set<string>();
  for (const entry of entries) {
    const [address = '', prefix, ...rest] = entry.split('/');
    const version = isIP(address);
    const bits = Number(prefix ?? (version === 4 ? 32 : 128));
    if (
      version !== 0 &&
      rest.length === 0 &&
      /^\d{0,3}$/.test(prefix ?? '') &&
      prefix !== '' &&
      bits <= (version === 4 ? 32 : 128)
    ) {
      networks.addSubnet(address, bits, version === 4 ? 'ipv4' : 'ipv6');
    } else if (prefix === undefined && hostname.safeParse(entry).success && !/^[\d.]+$/.test(entry)) {
      names.add(entry.toLowerCase());
    } else {
      context.addIssue({ code: 'custom', message: `${JSON.stringify(entry)} is no address, network (10.1.0.0/16) or DNS name` });
    }
  }
  return { networks, names };
});

const policyFile = z.strictObject({
  vlans: vlans.optional(),
  protected_ports: z.array(protectedPort).optional(),
  switches: reachable.optional(),
  bmcs: reachable.optional(),
  changes_per_minute: z.int().min(1).optional(),
});

/** What the agent's own configuration forbids, whoever signed it. */
export interface Policy {
  /** Why a change of a port is forbidden, as a sentence that names the rule; undefined: it is not. Asking changes nothing. */
  forbids(parameters: CommandParameters<'port.set'>): string | undefined;
  /** Why a switch may not be reached at all. What only reads may read any port of one that may be, protected ones too. */
  forbidsSwitch(access: SwitchAccess): string | undefined;
  /** Why a BMC may not be reached at all. */
  forbidsBmc(access: BmcAccess): string | undefined;
  /** Why a headnode may not be started. */
  forbidsHeadnode(parameters: CommandParameters<'headnode.start'>): string | undefined;
  /**
   * Counts a change that is about to be begun, by the id of its command. A sentence, and nothing is counted, when this process
   * began as many in the last minute as the policy lets it.
   */
  count(id: string, now: number): string | undefined;
  /** A change that was counted was not begun after all. */
  uncount(id: string): void;
}

/** Reads a policy file; no file forbids nothing. Throws ConfigError for one that is not understood whole. */
export function readPolicy(path: string): Policy {
  const rules = existsSync(path) ? readJson(path, policyFile) : {};
  /** When each change was counted, oldest first. */
  const recent = new Map<string, number>();
  return {
    forbidsSwitch: (access) => wrongSwitch(rules, access),
    forbidsBmc: (access) => wrongBmc(rules, access),
    forbidsHeadnode: ({ nics }) =>
      wrongVlan(
        rules,
        nics.map(({ vlan }) => vlan),
      ),
    forbids: (parameters) =>
      wrongSwitch(rules, parameters.switch) ??
      wrongPort(rules, parameters) ??
      wrongVlan(rules, [parameters.want, parameters.before].flatMap(vlansOf)),
    count(id, now) {
      const limit = rules.changes_per_minute;
      if (limit === undefined) return undefined;
      for (const [counted, at] of recent) {
        if (at > now - 60_000) break;
        recent.delete(counted);
      }
      if (recent.size >= limit)
        return `policy.json allows each process of this agent ${limit} change(s) a minute: try again later`;
      recent.set(id, now);
      return undefined;
    },
    uncount: (id) => void recent.delete(id),
  };
}

type Rules = z.output<typeof policyFile>;

function wrongSwitch({ switches }: Rules, { type, hostname }: SwitchAccess): string | undefined {
  if (!switches || type === 'mock' || isListed(switches, hostname)) return undefined;
  return `policy.json does not list ${hostname} among the switches that this agent may reach`;
}

function wrongBmc({ bmcs }: Rules, { type, host }: BmcAccess): string | undefined {
  if (!bmcs || type === 'mock' || isListed(bmcs, host)) return undefined;
  return `policy.json does not list ${host} among the bmcs that this agent may reach`;
}

function isListed({ networks, names }: z.output<typeof reachable>, host: string): boolean {
  const version = isIP(host);
  // A name is compared as a name and never looked up: what it resolves to is for others to change.
  return version === 0 ? names.has(host.toLowerCase()) : networks.check(host, version === 4 ? 'ipv4' : 'ipv6');
}

function wrongPort(
  { protected_ports: entries = [] }: Rules,
  { switch: access, port }: CommandParameters<'port.set'>,
): string | undefined {
  const family = findSwitchFamily(access.type);
  for (const entry of entries.filter(({ label }) => label === access.label)) {
    const canonical = family?.canonicalPort(entry.port, access.settings) ?? null;
    // A rule that protects nothing would be found out too late.
    if (canonical === null)
      return `policy.json protects ${entry.port} of ${entry.label}, which is no port of a ${access.type}: correct it`;
    if (canonical === port) return `policy.json protects ${canonical} of ${entry.label}`;
  }
  return undefined;
}

function wrongVlan({ vlans: rule }: Rules, vlans: readonly number[]): string | undefined {
  if (!rule) return undefined;
  const wrong = vlans.find((vlan) => !rule.allowed.has(vlan));
  return wrong === undefined ? undefined : `policy.json allows VLANs ${rule.text}, and VLAN ${wrong} is none of them`;
}

function vlansOf({ native, tagged }: PortState): number[] {
  return native === null ? tagged : [native, ...tagged];
}
