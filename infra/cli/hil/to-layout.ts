import type { SiteLayout } from '../site-layout/layout.ts';
import type { Path } from '../site-layout/place.ts';
import type { Thing } from './finding.ts';
import type { LeftOut } from './left-out.ts';
import { vlanOf } from './networks.ts';
import { metadataValue } from './nodes.ts';
import type { HilRow } from './rows.ts';
import type { HilSite } from './site.ts';

/** A HIL as a layout, and which of its rows each part of that is. */
export interface Mapped {
  readonly layout: SiteLayout;
  /** The row of which something at this place of the layout is told; undefined where it is none's. */
  readonly thingAt: (path: Path) => Thing | undefined;
}

/** Writes a HIL as a layout, without what is left out. `agent` is who reaches the switches and BMCs; undefined: the only one. */
export function toLayout(site: HilSite, left: LeftOut, agent?: string): Mapped {
  const kept = <R extends { readonly id: number }>(of: Thing['of'], rows: readonly R[]) =>
    rows.filter(({ id }) => !left.has({ of, id }));
  const rows = {
    projects: kept('project', site.rows.project),
    users: kept('user', site.rows.user),
    networks: kept('network', site.rows.network),
    switches: kept('switch', site.rows.switch),
    nodes: kept('node', site.rows.node),
    // The others have a disk on HIL's machine.
    headnodes: kept('headnode', site.rows.headnode).filter(({ dirty }) => dirty),
  };
  const portsOf = (id: number) => kept('port', site.portsOf(id));
  const by = agent === undefined ? {} : { agent };
  const parts = [
    ['projects', 'project', rows.projects],
    ['users', 'user', rows.users],
    ['networks', 'network', rows.networks],
    ['switches', 'switch', rows.switches],
    ['nodes', 'node', rows.nodes],
    ['headnodes', 'headnode', rows.headnodes],
  ] as const;
  return {
    layout: {
      projects: rows.projects.map((project) => ({
        name: project.label,
        ...(site.tables.has('user_projects') ? { members: membersOf(site, left, project) } : {}),
      })),
      users: rows.users.map(toUser),
      networks: rows.networks.map((network) => toNetwork(site, left, network)),
      switches: rows.switches.map((each) => {
        const driver = site.driverOf(each);
        const { type, fields } = driver.kind === 'known' ? driver : { type: each.type, fields: {} };
        return { name: each.label, type, ...by, ...fields, ports: portsOf(each.id).map(({ label }) => ({ name: label })) };
      }),
      nodes: rows.nodes.map((node) => toNode(site, node, by)),
      headnodes: rows.headnodes.map((headnode) => ({
        name: headnode.label,
        project: site.project.the(headnode.project_id).label,
        base_img: headnode.base_img,
        hnics: site.hnicsOf(headnode.id).map(({ label, network_id }) => ({
          name: label,
          network: network_id === null ? null : site.network.the(network_id).label,
        })),
      })),
    },
    thingAt([list, at, part, index]) {
      const found = parts.find(([name]) => name === list);
      const row = typeof at === 'number' ? found?.[2][at] : undefined;
      if (!found || !row) return undefined;
      const port = part === 'ports' && typeof index === 'number' ? portsOf(row.id)[index] : undefined;
      return port ? { of: 'port', id: port.id } : { of: found[1], id: row.id };
    },
  };
}

function membersOf(site: HilSite, left: LeftOut, { id }: HilRow<'project'>): string[] {
  const members = site.rows.user_projects.flatMap(({ user_id, project_id }) =>
    project_id === id && user_id !== null && !left.has({ of: 'user', id: user_id }) ? site.user.the(user_id).label : [],
  );
  // Nothing keeps HIL from writing it down twice.
  return [...new Set(members)];
}

function toUser({ label, is_admin, hashed_password }: HilRow<'user'>) {
  return { name: label, is_admin, ...(hashed_password === null ? {} : { password_hash: hashed_password }) };
}

function toNetwork(site: HilSite, left: LeftOut, network: HilRow<'network'>) {
  const users = site.usersOf(network);
  const vlan = vlanOf(network);
  const projects = users === 'all' || users === 'unclear' ? [] : users;
  return {
    name: network.label,
    owner: network.owner_id === null ? null : site.project.the(network.owner_id).label,
    access:
      users === 'all'
        ? ('public' as const)
        : projects.flatMap((id) => (left.has({ of: 'project', id }) ? [] : site.project.the(id).label)),
    ...(vlan === undefined ? {} : { vlan }),
  };
}

function toNode(site: HilSite, node: HilRow<'node'>, by: { readonly agent?: string }) {
  const bmc = site.bmcOf(node);
  return {
    name: node.label,
    ...(bmc.kind === 'obm' ? { ...by, obm: { type: bmc.type, host: bmc.host, user: bmc.user, password: bmc.password } } : {}),
    ...(bmc.kind === 'obmd' ? { obmd: { uri: bmc.uri, admin_token: bmc.adminToken } } : {}),
    metadata: Object.fromEntries(site.metadataOf(node.id).map((entry) => [entry.label, metadataValue(entry).value])),
    project: node.project_id === null ? null : site.project.the(node.project_id).label,
    nics: site.nicsOf(node.id).map((nic) => {
      const port = nic.port_id === null ? undefined : site.port.the(nic.port_id);
      return {
        name: nic.label,
        mac: nic.mac_addr ?? '',
        switch: port ? site.switch.the(port.owner_id).label : null,
        port: port?.label ?? null,
        networks: site.attachmentsOf(nic.id).map(({ network_id, channel }) => ({
          network: site.network.the(network_id).label,
          channel,
        })),
      };
    }),
  };
}
