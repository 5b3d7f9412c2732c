import { expect, test } from 'vitest';
import { registerNic } from '../../../functions/nic/register.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { bareNode, reserve } from '../../support/rack.ts';
import { makeWorld } from '../../support/world.ts';

describeOperation(registerNic, {
  arrange: (w) => bareNode(w, 'n1'),
  request: { params: { node: 'n1', nic: 'eth0' }, input: { macaddr: '52:54:00:00:00:01' } },
  async success(w, answer) {
    expect(answer.text).toBe('');
    expect((await w.call('root', 'GET', '/node/n1')).body).toMatchObject({
      nics: [{ label: 'eth0', macaddr: '52:54:00:00:00:01', port: null, switch: null, networks: {} }],
    });
  },
  roles: { admin: 200, owner: 401, other: 401, anonymous: 401 },
  refusals: {
    unknown_node: { params: { node: 'nope', nic: 'eth0' } },
    duplicate_nic: {
      arrange: (w) => w.arrange('PUT', '/node/n1/nic/eth0', { macaddr: 'another' }),
    },
  },
  malformed: {
    'no macaddr': { input: {} },
    'a macaddr that is a number': { input: { macaddr: 5 } },
    'a macaddr that is null': { input: { macaddr: null } },
    'a label that begins with a dash': { params: { node: 'n1', nic: '-eth0' } },
  },
});

for (const [typed, shown] of [
  ['52-54-00-AB-CD-EF', '52:54:00:ab:cd:ef'],
  ['52:54:00:AB:CD:EF', '52:54:00:ab:cd:ef'],
  ['525400ABCDEF', '52:54:00:ab:cd:ef'],
  ['5254.00ab.cdef', '52:54:00:ab:cd:ef'],
  ['', ''],
  ['Unknown', 'Unknown'],
  ['52:54:00:AB:CD', '52:54:00:AB:CD'],
  ['52:54:00:AB:CD:EG', '52:54:00:AB:CD:EG'],
  ['52:54:00:AB:CD:EF:00', '52:54:00:AB:CD:EF:00'],
] as const) {
  test(`I05: the macaddr ${JSON.stringify(typed)} shows as ${JSON.stringify(shown)}`, async (context) => {
    const w = await makeWorld(context);
    await bareNode(w, 'n1');
    await w.arrange('PUT', '/node/n1/nic/eth0', { macaddr: typed });
    expect((await w.call('ada', 'GET', '/node/n1')).body).toMatchObject({ nics: [{ macaddr: shown }] });
  });
}

test('I04: two nodes may have NICs of one name and one macaddr', async (context) => {
  const w = await makeWorld(context);
  for (const node of ['n1', 'n2']) {
    await bareNode(w, node);
    await w.arrange('PUT', `/node/${node}/nic/eth0`, { macaddr: '52:54:00:00:00:01' });
  }
  expect(await w.sql`select from nics`).toHaveLength(2);
});

test('I12: a node that a project has may get a NIC', async (context) => {
  const w = await makeWorld(context);
  await bareNode(w, 'n1');
  await reserve(w, 'n1', 'blue');
  await w.arrange('PUT', '/node/n1/nic/eth0', { macaddr: '' });
  expect((await w.call('ada', 'GET', '/node/n1')).body).toMatchObject({ project: 'blue', nics: [{ label: 'eth0' }] });
});

test('Y04: of simultaneous requests for one NIC one succeeds, the others are duplicates', async (context) => {
  const w = await makeWorld(context);
  await bareNode(w, 'n1');
  const answers = await Promise.all(Array.from({ length: 4 }, () => w.call('root', 'PUT', '/node/n1/nic/eth0', { macaddr: '' })));
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409]);
});
