import { offerHeadnodes } from '../headnodes.ts';
import { loggedConsole, withToken } from '../rack.ts';
import { statusId, type World } from '../world.ts';

/** What there is by the names of the document's examples, more of the same, and as the last of each what there is not. Nobody who signs in is among the users. */
export const known: Readonly<Record<string, readonly string[]>> = {
  agent: ['rack-1', 'rack-2'],
  user: ['carl', 'dora', 'erin'],
  project: ['blue', 'red', 'green', 'yellow'],
  owner: ['blue', 'admin'],
  access: ['blue', ''],
  node: ['node-01', 'node-02', 'node-03', 'node-04'],
  nic: ['eth0', 'eth1', 'eth2'],
  label: ['rack', 'owner'],
  network: ['provisioning', 'storage', 'spare'],
  channel: ['', 'vlan/native', 'vlan/100'],
  switch: ['nexus-01', 'mock-01', 'spare-01', 'spare-02'],
  port: ['Ethernet1/3', 'Ethernet1/4', 'gi1/0/1', 'gi1/0/2', 'gi1/0/3', 'gi1/0/4'],
  headnode: ['blue-head', 'blue-gate', 'blue-spare'],
  hnic: ['eth0', 'eth1'],
  base_img: ['debian-12', 'tiny'],
  net_id: ['', '100', '4094'],
};

const login = { username: 'haas', password: 'hunter2' };
const bmc = { type: 'mock', user: 'haas', password: 'hunter2' };

/** Ids of what was made last. */
export interface Restored {
  readonly status_id: readonly string[];
  readonly log: readonly string[];
}

/** What is missing of the known things is made, and no BMC is anywhere else than at `obmd`. Every command that waits is ended. */
export async function restore(w: World, obmd: string): Promise<Restored> {
  await w.sql`select finish_command(id, 'failed', 'device-refused', 'the device said no', null) from commands where finished_at is null`;
  await w.sql`update nodes set obmd_uri = ${obmd}, obm_enabled = false, obmd_session = null where obmd_uri is not null`;
  await offerHeadnodes(w);
  for (const [method, path, body] of wanted(obmd)) {
    const { status, text } = await w.call('root', method, path, body, { prefer: 'wait=0' });
    if (status >= 500) throw new Error(`${method} ${path}: ${status} ${text}`);
  }
  await withToken(w, 'node-02', 'token-1');
  const asked = [
    await w.call('root', 'POST', '/node/node-01/nic/eth0/connect_network', { network: 'provisioning' }),
    await w.call('root', 'POST', '/node/node-01/power_on', undefined, { prefer: 'wait=0' }),
    await w.call('root', 'POST', '/headnode/blue-gate/start', undefined, { prefer: 'wait=0' }),
  ];
  const [connecting] = asked;
  if (connecting?.status === 202)
    await w.finish(connecting, 'done', { port: { native: 100, tagged: [], enabled: true }, changed: true });
  const [open] = await w.sql`select 1 from consoles where released_at is null limit 1`;
  const logs = open ? [] : [await loggedConsole(w, 'node-01'), await loggedConsole(w, 'blue-gate', 'headnode')];
  return {
    status_id: asked.flatMap((answer) => (answer.status === 202 ? [statusId(answer)] : [])),
    log: logs.map(String),
  };
}

function wanted(obmd: string): readonly (readonly [method: string, path: string, body?: object])[] {
  return [
    ['PUT', '/project/blue'],
    ['PUT', '/project/red'],
    ['PUT', '/project/green'],
    ['PUT', '/auth/basic/user/carl', { password: 'correct horse' }],
    ['PUT', '/auth/basic/user/dora', { password: 'correct horse' }],
    ['PUT', '/switch/nexus-01', { type: 'nexus', hostname: '10.0.5.1', dummy_vlan: '4000', agent: 'rack-1', ...login }],
    ['PUT', '/switch/mock-01', { type: 'mock', hostname: 'mock-01.test', agent: 'rack-1', ...login }],
    ['PUT', '/switch/nexus-01/port/Ethernet1%2F3'],
    ['PUT', '/switch/mock-01/port/gi1%2F0%2F1'],
    ['PUT', '/node/node-01', { obm: { host: 'bmc-01.test', ...bmc }, agent: 'rack-1', metadata: { rack: 'A7' } }],
    ['PUT', '/node/node-02', { obmd: { uri: obmd, admin_token: 'token' } }],
    ['PATCH', '/node/node-02', { obmd: { uri: obmd, admin_token: 'token' } }],
    ['PATCH', '/node/node-01', { obm: { host: 'bmc-01.test', ...bmc }, agent: 'rack-1' }],
    ['PUT', '/node/node-03', { obm: { host: 'bmc-03.test', ...bmc }, agent: 'rack-1' }],
    ['PUT', '/node/node-01/nic/eth0', { macaddr: '52:54:00:12:34:56' }],
    ['PUT', '/node/node-02/nic/eth0', { macaddr: '52:54:00:12:34:57' }],
    ['PUT', '/node/node-01/metadata/rack', { value: 'A7' }],
    ['POST', '/switch/nexus-01/port/Ethernet1%2F3/connect_nic', { node: 'node-01', nic: 'eth0' }],
    ['POST', '/switch/mock-01/port/gi1%2F0%2F1/connect_nic', { node: 'node-02', nic: 'eth0' }],
    ['POST', '/project/blue/connect_node', { node: 'node-01' }],
    ['POST', '/project/blue/connect_node', { node: 'node-02' }],
    ['PUT', '/network/provisioning', { owner: 'blue', access: 'blue', net_id: '' }],
    ['PUT', '/network/storage', { owner: 'admin', access: '', net_id: '' }],
    ['PUT', '/headnode/blue-head', { project: 'blue', base_img: 'tiny' }],
    ['PUT', '/headnode/blue-head/hnic/eth0'],
    ['PUT', '/headnode/blue-gate', { project: 'blue', base_img: 'tiny' }],
    ['PUT', '/node/node-01/obm', { enabled: true }],
    ['PUT', '/switch/spare-01', { type: 'mock', hostname: 'spare-01.test', agent: 'rack-1', ...login }],
    ['PUT', '/switch/mock-01/port/gi1%2F0%2F2'],
    ['PUT', '/switch/mock-01/port/gi1%2F0%2F3'],
    ['PUT', '/node/node-03/nic/eth0', { macaddr: '52:54:00:12:34:58' }],
    ['PUT', '/node/node-03/nic/eth1', { macaddr: '52:54:00:12:34:59' }],
    ['POST', '/switch/mock-01/port/gi1%2F0%2F2/connect_nic', { node: 'node-03', nic: 'eth0' }],
  ];
}
