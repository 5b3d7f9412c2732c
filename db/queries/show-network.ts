import { z } from 'zod';
import type { Connection } from '../client.ts';
import { type Part, partOf } from './pages.ts';

const listedNetwork = z.object({ label: z.string(), vlan: z.number(), isPublic: z.boolean(), projects: z.array(z.string()) });

/** A network as lists show it, with the labels of the projects in its access list. */
export type ListedNetwork = z.output<typeof listedNetwork>;

/** Reads, in order of their names, all networks (null) or those that are public or open to one of these projects. */
export async function listNetworks(sql: Connection, projects: readonly number[] | null, part: Part): Promise<ListedNetwork[]> {
  const rows = await sql`
    select w.label, v.id as vlan, w.is_public as "isPublic",
        array(select p.label from network_access a join projects p on p.id = a.project_id
          where a.network_id = w.id order by p.label collate "C") as projects
      from networks w join vlans v on v.network_id = w.id
      where (${projects === null} or w.is_public
        or exists (select from network_access a where a.network_id = w.id and a.project_id = any(${[...(projects ?? [])]}::bigint[])))
        ${partOf(sql, 'w.label', part)}`;
  return z.array(listedNetwork).parse(rows);
}

const projectId = z.coerce.number();

const shownNetwork = z.object({
  ownerId: projectId.nullable(),
  owner: z.string().nullable(),
  isPublic: z.boolean(),
  vlan: z.number(),
  access: z.array(z.object({ id: projectId, label: z.string() })),
  nodes: z.array(z.object({ node: z.string(), projectId: projectId.nullable(), nics: z.array(z.string()) })),
  headnodes: z.array(z.object({ headnode: z.string(), projectId, hnics: z.array(z.string()) })),
});

/** A network with its access list and the nodes and headnodes that are on it. */
export type ShownNetwork = z.output<typeof shownNetwork>;

/** Reads a network. Undefined when there is none of this name. */
export async function showNetwork(sql: Connection, label: string): Promise<ShownNetwork | undefined> {
  const [row] = await sql`
    select w.owner_id as "ownerId", o.label as owner, w.is_public as "isPublic", v.id as vlan,
        coalesce((select json_agg(json_build_object('id', p.id, 'label', p.label) order by p.label collate "C")
          from network_access a join projects p on p.id = a.project_id where a.network_id = w.id), '[]') as access,
        coalesce((select json_agg(json_build_object('node', on_it.label, 'projectId', on_it.project_id, 'nics', on_it.nics)
              order by on_it.label collate "C")
          from (select n.label, n.project_id, json_agg(c.label order by c.label collate "C") as nics
            from attachments a join nics c on c.id = a.nic_id join nodes n on n.id = c.node_id
            where a.network_id = w.id group by n.id) on_it), '[]') as nodes,
        coalesce((select json_agg(json_build_object('headnode', on_it.label, 'projectId', on_it.project_id, 'hnics', on_it.hnics)
              order by on_it.label collate "C")
          from (select h.label, h.project_id, json_agg(i.label order by i.label collate "C") as hnics
            from hnics i join headnodes h on h.id = i.headnode_id
            where i.network_id = w.id group by h.id) on_it), '[]') as headnodes
      from networks w join vlans v on v.network_id = w.id left join projects o on o.id = w.owner_id
      where w.label = ${label}`;
  return row && shownNetwork.parse(row);
}

const networkAttachments = z.object({
  ownerId: projectId.nullable(),
  isPublic: z.boolean(),
  access: z.array(projectId),
  /** Of the project asked for; null when there is none of its name. */
  projectId: projectId.nullable(),
  nodes: z.array(
    z.object({
      node: z.string(),
      project: z.string().nullable(),
      attachments: z.array(z.object({ nic: z.string(), channel: z.string() })).min(1),
    }),
  ),
});

/** The nodes on a network with all of their NICs that are, and who may know of them. */
export type NetworkAttachments = z.output<typeof networkAttachments>;

/** Reads the nodes on a network in order, of all projects or of one. Undefined when there is no network of this name. */
export async function listAttachments(
  sql: Connection,
  label: string,
  project: string | undefined,
  part: Part,
): Promise<NetworkAttachments | undefined> {
  const wanted = project ?? null;
  const [row] = await sql`
    select w.owner_id as "ownerId", w.is_public as "isPublic",
        array(select a.project_id from network_access a where a.network_id = w.id) as access,
        (select p.id from projects p where p.label = ${wanted}::text) as "projectId",
        coalesce((select json_agg(json_build_object('node', on_it.label, 'project', on_it.project, 'attachments', on_it.attachments)
              order by on_it.label collate "C")
          from (select n.label, p.label as project,
              (select json_agg(json_build_object('nic', c.label, 'channel', a.channel) order by c.label collate "C")
                from nics c join attachments a on a.nic_id = c.id where c.node_id = n.id and a.network_id = w.id) as attachments
            from nodes n left join projects p on p.id = n.project_id
            where n.id in (select c.node_id from attachments a join nics c on c.id = a.nic_id where a.network_id = w.id)
              and (${wanted}::text is null or p.label = ${wanted}::text)
              ${partOf(sql, 'n.label', part)}) on_it), '[]') as nodes
      from networks w where w.label = ${label}`;
  return row && networkAttachments.parse(row);
}
