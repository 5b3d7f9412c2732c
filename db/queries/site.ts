import { z } from 'zod';
import type { Connection } from '../client.ts';
import { bmcSettings, obmType } from '../devices/obm.ts';

const idle = z.enum(['shut', 'up']);
const quota = z.object({ nodes: z.int().nullable(), networks: z.int().nullable(), headnodes: z.int().nullable() });
const connection = z.object({ network: z.string(), channel: z.string() });
const nic = z.object({
  name: z.string(),
  mac: z.string(),
  switch: z.string().nullable(),
  port: z.string().nullable(),
  networks: z.array(connection),
});

const registeredSite = z.object({
  projects: z.array(z.object({ name: z.string(), members: z.array(z.string()), quota })),
  users: z.array(z.object({ name: z.string(), is_admin: z.boolean() })),
  switches: z.array(
    z.object({
      name: z.string(),
      type: z.string(),
      hostname: z.string(),
      port: z.int(),
      settings: z.record(z.string(), z.json()),
      agent: z.string(),
      idle,
      ports: z.array(z.object({ name: z.string(), idle: idle.nullable() })),
    }),
  ),
  nodes: z.array(
    z.object({
      name: z.string(),
      agent: z.string().nullable(),
      obmd_uri: z.string().nullable(),
      obm_type: obmType.nullable(),
      obm_host: z.string().nullable(),
      obm_port: z.int().nullable(),
      obm_settings: bmcSettings,
      /** JSON text, by label. */
      metadata: z.record(z.string(), z.string()),
      project: z.string().nullable(),
      nics: z.array(nic),
    }),
  ),
  networks: z.array(
    z.object({
      name: z.string(),
      owner: z.string().nullable(),
      is_public: z.boolean(),
      access: z.array(z.string()),
      vlan: z.int(),
    }),
  ),
  headnodes: z.array(
    z.object({
      name: z.string(),
      project: z.string(),
      base_img: z.string(),
      agent: z.string(),
      memory: z.int(),
      vcpus: z.int(),
      disk: z.int(),
      full_copy: z.boolean(),
      hnics: z.array(z.object({ name: z.string(), network: z.string().nullable() })),
    }),
  ),
});

/** Everything that is registered, without what is secret. Each list is in order of names; ports are in the order in which they were registered. */
export type RegisteredSite = z.output<typeof registeredSite>;

/**
 * Reads everything that is registered, as it is at one moment: one statement has one snapshot. What belongs to a thing is grouped first and
 * joined then, so that no index is searched for each of ten thousand nodes.
 */
export async function readSite(sql: Connection): Promise<RegisteredSite> {
  const [row] = await sql`
    select
      (select coalesce(json_agg(json_build_object('name', p.label, 'members', coalesce(m.members, '[]'),
            'quota', json_build_object('nodes', p.max_nodes, 'networks', p.max_networks, 'headnodes', p.max_headnodes))
          order by p.label collate "C"), '[]')
        from projects p left join (
          select m.project_id, json_agg(u.label order by u.label collate "C") as members
            from project_members m join users u on u.id = m.user_id group by m.project_id) m on m.project_id = p.id) as projects,
      (select coalesce(json_agg(json_build_object('name', label, 'is_admin', is_admin) order by label collate "C"), '[]')
        from users) as users,
      (select coalesce(json_agg(json_build_object('name', s.label, 'type', s.type, 'hostname', s.hostname, 'port', s.port,
            'settings', s.settings, 'agent', a.label, 'idle', s.idle, 'ports', coalesce(p.ports, '[]')) order by s.label collate "C"), '[]')
        from switches s join agents a on a.id = s.agent_id left join (
          select switch_id, json_agg(json_build_object('name', label, 'idle', idle) order by id) as ports
            from ports group by switch_id) p on p.switch_id = s.id) as switches,
      (select coalesce(json_agg(json_build_object('name', n.label, 'agent', a.label, 'obmd_uri', n.obmd_uri, 'obm_type', n.obm_type,
            'obm_host', n.obm_host, 'obm_port', n.obm_port, 'obm_settings', n.obm_settings, 'metadata', coalesce(m.metadata, '{}'),
            'project', p.label, 'nics', coalesce(c.nics, '[]')) order by n.label collate "C"), '[]')
        from nodes n
          left join agents a on a.id = n.agent_id
          left join projects p on p.id = n.project_id
          left join (
            select node_id, json_object_agg(label, value order by label collate "C") as metadata
              from node_metadata group by node_id) m on m.node_id = n.id
          left join (
            select c.node_id, json_agg(json_build_object('name', c.label, 'mac', c.mac_address, 'switch', s.label, 'port', o.label,
                'networks', coalesce(t.networks, '[]')) order by c.label collate "C") as nics
              from nics c
                left join ports o on o.id = c.port_id
                left join switches s on s.id = o.switch_id
                left join (
                  select t.nic_id, json_agg(json_build_object('network', w.label, 'channel', t.channel)
                      order by t.channel <> 'vlan/native', w.label collate "C") as networks
                    from attachments t join networks w on w.id = t.network_id group by t.nic_id) t on t.nic_id = c.id
              group by c.node_id) c on c.node_id = n.id) as nodes,
      (select coalesce(json_agg(json_build_object('name', w.label, 'owner', o.label, 'is_public', w.is_public, 'vlan', v.id,
            'access', coalesce(a.access, '[]')) order by w.label collate "C"), '[]')
        from networks w join vlans v on v.network_id = w.id left join projects o on o.id = w.owner_id left join (
          select a.network_id, json_agg(p.label order by p.label collate "C") as access
            from network_access a join projects p on p.id = a.project_id group by a.network_id) a on a.network_id = w.id) as networks,
      (select coalesce(json_agg(json_build_object('name', h.label, 'project', p.label, 'base_img', h.base_image, 'agent', a.label,
            'memory', h.memory, 'vcpus', h.vcpus, 'disk', h.disk, 'full_copy', h.full_copy, 'hnics', coalesce(i.hnics, '[]'))
          order by h.label collate "C"), '[]')
        from headnodes h join projects p on p.id = h.project_id join agents a on a.id = h.agent_id left join (
          select i.headnode_id, json_agg(json_build_object('name', i.label, 'network', w.label) order by i.label collate "C") as hnics
            from hnics i left join networks w on w.id = i.network_id group by i.headnode_id) i on i.headnode_id = h.id) as headnodes`;
  return registeredSite.parse(row);
}
