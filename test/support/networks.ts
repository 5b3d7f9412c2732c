import type { Answer, World } from './world.ts';

/** Creates a network of a project, with a VLAN from the pool. */
export function projectNetwork(w: World, label: string, project = 'blue'): Promise<Answer> {
  return w.arrange('PUT', `/network/${label}`, { owner: project, access: project, net_id: '' });
}

/** Creates a network of the administrator: public unless `access` names a project, with a VLAN from the pool unless one is named. */
export function adminNetwork(w: World, label: string, access = '', vlan = ''): Promise<Answer> {
  return w.arrange('PUT', `/network/${label}`, { owner: 'admin', access, net_id: vlan });
}

/** Asks that NIC eth0 of a node be put on a network. The action is pending then. */
export function connect(w: World, node: string, network: string, channel = ''): Promise<Answer> {
  return w.arrange('POST', `/node/${node}/nic/eth0/connect_network`, { network, channel });
}

/** Puts NIC eth0 of a node on a network. */
export async function connected(w: World, node: string, network: string, channel = ''): Promise<void> {
  await w.finish(await connect(w, node, network, channel));
}

/** The VLAN of a network, as the database has it. */
export async function vlanOf(w: World, network: string): Promise<number | undefined> {
  const [row] = await w.sql`select v.id from vlans v join networks n on n.id = v.network_id where n.label = ${network}`;
  return row?.['id'];
}
