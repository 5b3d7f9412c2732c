import type { ApiClient } from './api-client.ts';
import type { SiteDatabase } from './site.ts';

/** A switch with its registration, and the names of its ports. */
export interface RackSwitch {
  readonly name: string;
  readonly registration: Readonly<Record<string, unknown>>;
  readonly ports: readonly string[];
}

/**
 * Registers switches with a node at every port, all of one project, and a network for them.
 * Answers the paths of the NICs, the first port of every switch first.
 */
export async function arrangeRack(
  { sql }: SiteDatabase,
  api: ApiClient,
  network: string,
  switches: readonly RackSwitch[],
): Promise<string[]> {
  await api.call('PUT', '/project/bench');
  await api.call('PUT', `/network/${network}`, { owner: 'bench', access: 'bench', net_id: '' });
  for (const { name, registration, ports } of switches) {
    await api.call('PUT', `/switch/${name}`, registration);
    await sql`
      with p as (
        insert into ports (switch_id, label) select id, unnest(${[...ports]}::text[]) from switches where label = ${name} returning *),
      n as (
        insert into nodes (label, project_id, obmd_uri, obmd_token)
          select ${name} || '-' || replace(p.label, '/', '-'), j.id, 'http://obmd.test', '' from p, projects j where j.label = 'bench'
          returning *)
      insert into nics (node_id, label, mac_address, port_id)
        select n.id, 'eth0', '52:54:00:00:00:01', p.id from n join p on n.label = ${name} || '-' || replace(p.label, '/', '-')`;
  }
  await sql`analyze`;
  const most = Math.max(...switches.map(({ ports }) => ports.length));
  return Array.from({ length: most }, (_, index) =>
    switches.flatMap(({ name, ports }) => {
      const port = ports[index];
      return port === undefined ? [] : [`/node/${name}-${port.replaceAll('/', '-')}/nic/eth0`];
    }),
  ).flat();
}
