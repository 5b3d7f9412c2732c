import { expect, test } from 'vitest';
import { exportSite } from '../../../functions/site/export.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { withHeadnode } from '../../support/headnodes.ts';
import { adminNetwork, connected, projectNetwork } from '../../support/networks.ts';
import { bareNode, cabledNode, drivenNode, reserve } from '../../support/rack.ts';
import { makeWorld, type World } from '../../support/world.ts';

/** One of everything. */
async function arrange(w: World): Promise<void> {
  await cabledNode(w, 'n1');
  await bareNode(w, 'n2');
  await drivenNode(w, 'n3', { cipher_suite: 17 });
  // Not in their order.
  await w.arrange('PUT', '/switch/sw1/port/gi1/0/10');
  await w.arrange('PUT', '/switch/sw1/port/gi1/0/9', { idle: 'up' });
  await w.arrange('PUT', '/switch/nx', {
    type: 'nexus',
    hostname: 'nx',
    transport: 'ssh',
    username: 'someone',
    password: 'a secret',
    dummy_vlan: 999,
  });
  await w.arrange('PUT', '/node/n1/metadata/rack', { value: { row: 7 } });
  await w.arrange('PUT', '/node/n2/nic/eth7', { macaddr: '52:54:00:00:00:77' });
  await reserve(w, 'n1', 'blue');
  await projectNetwork(w, 'lan');
  await adminNetwork(w, 'wan', '', '10');
  await w.arrange('PUT', '/network/lan/access/red');
  await connected(w, 'n1', 'wan', 'vlan/10');
  await connected(w, 'n1', 'lan');
  await withHeadnode(w);
  await w.arrange('PUT', '/project/red/quota', { nodes: 3, networks: 2, headnodes: 0 });
}

const no = { nodes: null, networks: null, headnodes: null };
const people = {
  projects: [
    { name: 'blue', members: ['ada'], quota: no },
    { name: 'red', members: ['bob'], quota: no },
  ],
  users: [
    { name: 'ada', is_admin: false },
    { name: 'bob', is_admin: false },
    { name: 'root', is_admin: true },
  ],
};

describeOperation(exportSite, {
  request: {},
  success: (_, answer) => expect(answer.body).toEqual({ ...people, switches: [], nodes: [], networks: [], headnodes: [] }),
  roles: { admin: 200, owner: 401, other: 401, anonymous: 401 },
  refusals: {},
});

test('everything that is registered is there, and no secret', async (context) => {
  const w = await makeWorld(context);
  await arrange(w);
  const { body, text } = await w.call('root', 'GET', '/site');
  exportSite.result.parse(body);
  expect(text).not.toMatch(/secret|token|password|someone/);
  const [blue, red] = people.projects;
  expect(body).toEqual({
    ...people,
    projects: [blue, { ...red, quota: { nodes: 3, networks: 2, headnodes: 0 } }],
    switches: [
      {
        name: 'nx',
        type: 'nexus',
        hostname: 'nx',
        port: 22,
        agent: 'rack-1',
        idle: 'shut',
        transport: 'ssh',
        legacy_ssh: false,
        save: true,
        dummy_vlan: 999,
        ports: [],
      },
      {
        name: 'sw1',
        type: 'mock',
        hostname: 'mock',
        agent: 'rack-1',
        idle: 'shut',
        ports: [{ name: 'gi1/0/1' }, { name: 'gi1/0/9', idle: 'up' }, { name: 'gi1/0/10' }],
      },
    ],
    nodes: [
      {
        name: 'n1',
        obmd: { uri: 'http://obmd.test' },
        metadata: { rack: { row: 7 } },
        project: 'blue',
        nics: [
          {
            name: 'eth0',
            mac: '52:54:00:00:00:01',
            switch: 'sw1',
            port: 'gi1/0/1',
            networks: [
              { network: 'lan', channel: 'vlan/native' },
              { network: 'wan', channel: 'vlan/10' },
            ],
          },
        ],
      },
      {
        name: 'n2',
        obmd: { uri: 'http://obmd.test' },
        metadata: {},
        project: null,
        nics: [{ name: 'eth7', mac: '52:54:00:00:00:77', switch: null, port: null, networks: [] }],
      },
      {
        name: 'n3',
        agent: 'rack-1',
        obm: { type: 'ipmi', host: expect.stringMatching(/^bmc-/), port: 623, cipher_suite: 17 },
        metadata: {},
        project: null,
        nics: [],
      },
    ],
    networks: [
      { name: 'lan', owner: 'blue', access: ['blue', 'red'], vlan: 100 },
      { name: 'wan', owner: null, access: 'public', vlan: 10 },
    ],
    headnodes: [
      {
        name: 'h1',
        project: 'blue',
        base_img: expect.any(String),
        agent: 'rack-1',
        memory: expect.any(Number),
        vcpus: expect.any(Number),
        disk: expect.any(Number),
        full_copy: false,
        hnics: expect.any(Array),
      },
    ],
  });
});
