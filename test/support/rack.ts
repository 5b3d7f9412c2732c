import type { World } from './world.ts';

/** Registers a mock switch. */
export function mockSwitch(w: World, label: string, hostname = 'mock'): Promise<unknown> {
  return w.arrange('PUT', `/switch/${label}`, { type: 'mock', hostname, username: 'u', password: 'p' });
}

/** Registers a node without NICs. */
export function bareNode(w: World, label: string): Promise<unknown> {
  return w.arrange('PUT', `/node/${label}`, { obmd: { uri: 'http://obmd.test', admin_token: 'token' } });
}

/** Registers a node with a NIC `eth0`, cabled to port gi1/0/`number` of the mock switch `sw1`, which is made when it is missing. */
export async function cabledNode(w: World, label: string, number = 1): Promise<void> {
  if ((await w.call('root', 'GET', '/switch/sw1')).status === 404) await mockSwitch(w, 'sw1');
  await bareNode(w, label);
  await w.arrange('PUT', `/node/${label}/nic/eth0`, { macaddr: '52:54:00:00:00:01' });
  await w.arrange('PUT', `/switch/sw1/port/gi1/0/${number}`);
  await w.arrange('POST', `/switch/sw1/port/gi1/0/${number}/connect_nic`, { node: label, nic: 'eth0' });
}

/** Reserves a node for a project. */
export function reserve(w: World, node: string, project: string): Promise<unknown> {
  return w.arrange('POST', `/project/${project}/connect_node`, { node });
}

/** Registers a node with a NIC `eth0`, cabled to a switch `bc` whose ports are up only with a native network. */
export async function nativeFirstNode(w: World, label: string): Promise<void> {
  const login = { username: 'u', password: 'p' };
  await w.arrange('PUT', '/switch/bc', { type: 'brocade', hostname: '10.0.0.9', interface_type: 'TenGigabitEthernet', ...login });
  await bareNode(w, label);
  await w.arrange('PUT', `/node/${label}/nic/eth0`, { macaddr: '' });
  await w.arrange('PUT', '/switch/bc/port/104/0/10');
  await w.arrange('POST', '/switch/bc/port/104/0/10/connect_nic', { node: label, nic: 'eth0' });
}

/** The login of the BMCs of these tests. */
export const bmcLogin = { user: 'operator', password: 'a-secret-of-the-bmc' };

/** Registers a node whose BMC is driven by the only agent. */
export function drivenNode(w: World, label: string, fields: object = {}): Promise<unknown> {
  // The first is at 10.0.0.7; each has an address of its own.
  const host = label === 'n1' ? '10.0.0.7' : `bmc-${Buffer.from(label).toString('hex')}.test`;
  return w.arrange('PUT', `/node/${label}`, { obm: { type: 'ipmi', host, ...bmcLogin, ...fields } });
}

/** Puts a token of obmd into the database as if obmd had given it: the node is enabled then. */
export function withToken(w: World, label: string, token: string): Promise<unknown> {
  return w.sql`update nodes set obmd_session = ${w.services.secrets.encrypt(token)}, obm_enabled = true where label = ${label}`;
}

/** Has the console of a node or headnode logged, as a request for it does; answers its number. */
export async function loggedConsole(w: World, label: string, of: 'node' | 'headnode' = 'node'): Promise<number> {
  const [row] = await w.sql`
    insert into consoles (${w.sql(`${of}_id`)}, project_id, state)
      select id, project_id, 'open' from ${w.sql(`${of}s`)} where label = ${label} returning id`;
  return Number(row?.['id']);
}
