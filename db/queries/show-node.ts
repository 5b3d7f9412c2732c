import { z } from 'zod';
import type { Connection } from '../client.ts';
import { type BmcSettings, bmcSettings, obmType } from '../devices/obm.ts';
import { moment } from './moment.ts';

/** One row for each network of each NIC; a node without NICs, and a NIC without networks, has one as well. */
const row = z.object({
  projectId: z.coerce.number().nullable(),
  project: z.string().nullable(),
  metadata: z.record(z.string(), z.string()).nullable(),
  enabled: z.boolean(),
  uri: z.string().nullable(),
  type: obmType.nullable(),
  host: z.string().nullable(),
  obmPort: z.number().nullable(),
  settings: bmcSettings,
  agent: z.string().nullable(),
  lastContactAt: moment.nullable(),
  nic: z.string().nullable(),
  macaddr: z.string().nullable(),
  port: z.string().nullable(),
  switch: z.string().nullable(),
  channel: z.string().nullable(),
  network: z.string().nullable(),
});

/** A NIC, where it is cabled, and the networks it is on by channel. */
interface ShownNic {
  readonly label: string;
  readonly macaddr: string;
  readonly port: string | null;
  readonly switch: string | null;
  readonly networks: Record<string, string>;
}

/** A node with everything around it, as one statement reads it. */
export interface ShownNode {
  readonly projectId: number | null;
  readonly project: string | null;
  /** By label. */
  readonly nics: ShownNic[];
  readonly metadata: Record<string, string>;
  readonly obm: ShownObmd | ShownObm;
}

/** The way to a BMC by obmd, without its tokens. */
interface ShownObmd {
  readonly type: 'obmd';
  readonly enabled: boolean;
  readonly uri: string;
}

/** The way to a BMC by an agent, without the credentials. */
interface ShownObm extends BmcSettings {
  readonly type: z.output<typeof obmType>;
  readonly enabled: boolean;
  readonly host: string;
  readonly port: number;
  readonly agent: string;
  /** When it last answered an agent that had logged in. */
  readonly last_contact_at: string | null;
}

/** Reads a node, its NICs, where they are cabled, the networks they are on, its metadata, and the way to its BMC. Undefined when there is none of this name. */
export async function showNode(sql: Connection, label: string): Promise<ShownNode | undefined> {
  // Joins, and no JSON made by Postgres: three quarters of the price.
  const rows = await sql`
    select n.project_id as "projectId", p.label as project,
        (select json_object_agg(m.label, m.value) from node_metadata m where m.node_id = n.id) as metadata,
        n.obm_enabled as enabled, n.obmd_uri as uri, n.obm_type as type, n.obm_host as host, n.obm_port as "obmPort",
        n.obm_settings as settings, g.label as agent, d.last_contact_at as "lastContactAt",
        c.label as nic, c.mac_address as macaddr, o.label as port, s.label as switch, a.channel, w.label as network
      from nodes n
        left join projects p on p.id = n.project_id
        left join agents g on g.id = n.agent_id
        left join devices d on d.label = 'bmc/' || n.label
        left join nics c on c.node_id = n.id
        left join ports o on o.id = c.port_id
        left join switches s on s.id = o.switch_id
        left join attachments a on a.nic_id = c.id
        left join networks w on w.id = a.network_id
      where n.label = ${label}`;
  const [first, ...others] = rows.map((each) => row.parse(each));
  if (!first) return undefined;
  const nics = new Map<string, ShownNic>();
  for (const { nic, macaddr, port, switch: switchLabel, channel, network } of [first, ...others]) {
    if (nic === null || macaddr === null) continue;
    const known = nics.get(nic) ?? { label: nic, macaddr, port, switch: switchLabel, networks: {} };
    if (channel !== null && network !== null) known.networks[channel] = network;
    nics.set(nic, known);
  }
  const { projectId, project, metadata } = first;
  const sorted = [...nics.values()].sort((a, b) => (a.label < b.label ? -1 : 1));
  return { projectId, project, nics: sorted, metadata: metadata ?? {}, obm: obmOf(first) };
}

function obmOf({ enabled, uri, type, host, obmPort: port, settings, agent, lastContactAt }: z.output<typeof row>) {
  if (uri !== null) return { type: 'obmd' as const, enabled, uri };
  // The database demands one way or the other, whole.
  if (type === null || host === null || port === null || agent === null) throw new Error('there is no way to the BMC of a node');
  return { type, enabled, host, port, ...settings, agent, last_contact_at: lastContactAt };
}
