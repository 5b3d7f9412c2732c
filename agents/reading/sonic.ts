import { z } from 'zod';
import type { PortState } from '../../db/commands/kinds.ts';
import type { NotUnderstood } from '../drivers/port-family.ts';
import { parseVlanConfig } from './sonic-vlans.ts';

/** The tables of the configuration database that tell of a port, in the order in which they are asked for. */
export const sonicTables = ['PORT', 'VLAN_MEMBER', 'INTERFACE', 'PORTCHANNEL_MEMBER', 'MIRROR_SESSION'] as const;

const tables = {
  port: z.record(z.string(), z.object({ admin_status: z.enum(['up', 'down']).optional(), mode: z.string().optional() })),
  member: z.record(z.string().regex(/^Vlan\d{1,4}\|[^|]+$/), z.object({ tagging_mode: z.string() })),
  keys: z.record(z.string(), z.unknown()),
  mirror: z.record(z.string(), z.object({ dst_port: z.string().optional() })),
};

/** One port, as the configuration database has it. */
interface SonicPort {
  /** `access`, `trunk` or `routed`; undefined where the release knows no modes, or nobody has set one. */
  readonly mode: string | undefined;
  readonly enabled: boolean;
  readonly untagged: readonly number[];
  readonly tagged: readonly number[];
}

/** The state of a port from the answers for `sonicTables` and to `show vlan config`, which must agree. */
export function parseSonicPort(name: string, answers: readonly string[]): PortState | NotUnderstood {
  const port = readSonicPort(name, answers);
  if ('problem' in port) return port;
  const shown = parseVlanConfig(answers[sonicTables.length] ?? '');
  if ('problem' in shown) return shown;
  const listed = (mode: string) =>
    shown.flatMap((row) => (row.port === name && row.mode === mode ? [row.vlan] : [])).sort((a, b) => a - b);
  if (listed('untagged').join() !== port.untagged.join() || listed('tagged').join() !== port.tagged.join())
    return { problem: 'VLAN_MEMBER and "show vlan config" differ (or names of ports are shown as aliases)' };
  const [native = null, ...more] = port.untagged;
  if (more.length > 0) return { problem: `it is untagged in ${port.untagged.length} VLANs` };
  return { native, tagged: [...port.tagged], enabled: port.enabled };
}

/** The VLANs of the switch, from the table VLAN. */
export function parseSonicVlans(text: string): ReadonlySet<string> | NotUnderstood {
  const table = parseTable(text, tables.keys);
  return table ? new Set(Object.keys(table)) : { problem: 'the table of VLANs is none' };
}

/** A port from the answers for `sonicTables`, whatever VLANs it is in. */
export function readSonicPort(name: string, answers: readonly string[]): SonicPort | NotUnderstood {
  const [ports = '', members = '', interfaces = '', channels = '', mirrors = ''] = answers;
  const port = parseTable(ports, tables.port);
  const member = parseTable(members, tables.member);
  const routed = parseTable(interfaces, tables.keys);
  const channel = parseTable(channels, tables.keys);
  const mirror = parseTable(mirrors, tables.mirror);
  if (!port || !member || !routed || !channel || !mirror) return { problem: 'a table is none' };
  if (Object.keys(port).length === 0) return { problem: 'it tells of no port' };
  const own = port[name];
  if (own === undefined) return { problem: 'there is no such port', refused: true };
  const foreign = foreignUse(name, { routed, channel, mirror });
  if (foreign !== undefined) return { problem: foreign };
  const ownMembers = Object.entries(member).filter(([key]) => key.endsWith(`|${name}`));
  const vlansOf = (mode: string) =>
    ownMembers
      .flatMap(([key, { tagging_mode }]) => (tagging_mode === mode ? [Number(/^Vlan(\d+)/.exec(key)?.[1])] : []))
      .sort((a, b) => a - b);
  const [untagged, tagged] = [vlansOf('untagged'), vlansOf('tagged')];
  if (ownMembers.length !== untagged.length + tagged.length)
    return { problem: 'it is a member of a VLAN in a way that is neither tagged nor untagged' };
  // `down` is the default of the database.
  return { mode: own.mode, enabled: own.admin_status === 'up', untagged, tagged };
}

/** What else than VLANs a port is used for; undefined for nothing. */
function foreignUse(
  name: string,
  { routed, channel, mirror }: Record<'routed' | 'channel', Record<string, unknown>> & { mirror: z.output<typeof tables.mirror> },
): string | undefined {
  if (Object.keys(routed).some((key) => key === name || key.startsWith(`${name}|`)))
    return 'it is a router interface: remove its addresses (config interface ip remove)';
  if (Object.keys(channel).some((key) => key.endsWith(`|${name}`))) return 'it is part of a port channel';
  const session = Object.entries(mirror).find(([, { dst_port = '' }]) => dst_port.split(',').includes(name))?.[0];
  return session === undefined ? undefined : `mirror session ${session} copies frames of other ports to it`;
}

/** One table as `sonic-cfggen --var-json` prints it: nothing at all for one that is empty. Undefined for anything else. */
function parseTable<T>(text: string, table: z.ZodType<T>): T | undefined {
  try {
    const parsed = table.safeParse(text.trim() === '' ? {} : JSON.parse(text));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
