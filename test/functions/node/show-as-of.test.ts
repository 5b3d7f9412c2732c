import { expect, test } from 'vitest';
import { z } from 'zod';
import { showNodeAsOf } from '../../../functions/node/show-as-of.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { bareNode, cabledNode, reserve } from '../../support/rack.ts';
import { makeWorld, type World } from '../../support/world.ts';

describeOperation(showNodeAsOf, {
  async arrange(w) {
    await bareNode(w, 'n1');
    await reserve(w, 'n1', 'blue');
  },
  request: { params: { node: 'n1' } },
  success(_, answer) {
    expect(answer.body).toMatchObject({ node: 'n1', exists: true, project: 'blue', since: { actor: 'root' }, networks: [] });
  },
  roles: { admin: 200, owner: 401, other: 401, anonymous: 401 },
  refusals: {
    unknown_node: { params: { node: 'nope' } },
    unknown_then: { input: { at: '2020-01-01T00:00:00Z' } },
  },
  malformed: {
    'a time without a zone': { input: { at: '2026-01-01T00:00:00' } },
    'a time in the year 0': { input: { at: '0000-01-01T00:00:00+01:00' } },
    'a zone that is none': { input: { at: '2026-03-16T00:00:00+16:00' } },
  },
});

const event = z.object({ at: z.string(), after: z.unknown() });

/** The times of a node's changes, in order. */
async function changesOf(w: World, node: string) {
  const rows = await w.sql`
    select to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at, details -> 'after' as after from audit
      where node = ${node} and event in ('node_project', 'nic_network') order by audit.at`;
  return z.array(event).parse(rows);
}

test('tells who had a node and which networks were on its NICs, before and after each change', async (t) => {
  const w = await makeWorld(t);
  const asOf = async (at: string) => {
    const { body } = await w.call('root', 'GET', `/node/n1/as_of?at=${encodeURIComponent(at)}`);
    return z
      .looseObject({
        exists: z.boolean(),
        project: z.string().nullable(),
        networks: z.array(z.looseObject({ network: z.string() })),
      })
      .parse(body);
  };
  await cabledNode(w, 'n1');
  await reserve(w, 'n1', 'blue');
  for (const network of ['lan', 'dmz'])
    await w.arrange('PUT', `/network/${network}`, { owner: 'blue', access: 'blue', net_id: '' });
  const connect = async (network: string, channel: string) =>
    w.finish(await w.call('ada', 'POST', '/node/n1/nic/eth0/connect_network', { network, channel }));
  const detach = async (network: string) =>
    w.finish(await w.call('ada', 'POST', '/node/n1/nic/eth0/detach_network', { network }));
  const [vlan] = await w.sql`select v.id from vlans v join networks n on n.id = v.network_id where n.label = 'dmz'`;
  await connect('lan', 'vlan/native');
  await connect('dmz', `vlan/${vlan?.['id']}`);
  await detach('lan');
  await connect('lan', 'vlan/native');
  await detach('dmz');
  // Of two networks of a NIC, one is on it still.
  const both = (await changesOf(w, 'n1')).at(-2);
  expect((await asOf(both?.at ?? '')).networks.map(({ network }) => network).sort()).toEqual(['dmz', 'lan']);
  await detach('lan');
  await w.arrange('POST', '/project/blue/detach_node', { node: 'n1' });
  await reserve(w, 'n1', 'red');

  const changes = await changesOf(w, 'n1');
  const expected = [
    { project: null, networks: [] },
    { project: 'blue', networks: [] },
    { project: 'blue', networks: ['lan'] },
    { project: 'blue', networks: ['dmz', 'lan'] },
    { project: 'blue', networks: ['dmz'] },
    { project: 'blue', networks: ['dmz', 'lan'] },
    { project: 'blue', networks: ['lan'] },
    { project: 'blue', networks: [] },
    { project: null, networks: [] },
    { project: 'red', networks: [] },
  ];
  expect(changes).toHaveLength(expected.length);
  const found = [];
  for (const { at } of changes) {
    const { project, networks } = await asOf(at);
    found.push({ project, networks: networks.map(({ network }) => network).sort() });
  }
  expect(found).toEqual(expected);
  // Just before the first it was not there, and the same of a time between two.
  const before = (at: string | undefined) => `${at?.slice(0, -7)}${String(Number(at?.slice(-7, -1)) - 1).padStart(6, '0')}Z`;
  expect(await asOf(before(changes[0]?.at))).toMatchObject({ exists: false, project: null, since: null, networks: [] });
  expect(await asOf(before(changes[3]?.at))).toMatchObject({
    since: { at: changes[1]?.at, actor: 'root' },
    networks: [{ nic: 'eth0', channel: 'vlan/native', network: 'lan', since: { at: changes[2]?.at, actor: 'ada' } }],
  });

  // A node that there is no more has had its time.
  await bareNode(w, 'n2');
  await w.arrange('DELETE', '/node/n2');
  const [made, deleted] = await changesOf(w, 'n2');
  const n2 = async (at: string | undefined) => (await w.call('root', 'GET', `/node/n2/as_of${at ? `?at=${at}` : ''}`)).body;
  expect(await n2(made?.at)).toMatchObject({ exists: true, project: null });
  expect(await n2(deleted?.at)).toMatchObject({ exists: false });
  expect(await n2(undefined)).toMatchObject({ exists: false, since: { actor: 'root' } });
});

test('knows nothing of the time to come, or of what was forgotten', async (t) => {
  const w = await makeWorld(t);
  await bareNode(w, 'n1');
  const asOf = async (at: string) => (await w.call('root', 'GET', `/node/n1/as_of?at=${at}`)).body;
  expect(await asOf('2999-01-01T00:00:00Z')).toMatchObject({ code: 'unknown_then' });
  await w.sql`insert into audit_prunings (through, hash, signature, complete_from) values (1, '', '', '2026-02-03T04:05:06Z')`;
  expect(await asOf('2026-02-03T04:05:05.999999Z')).toMatchObject({
    code: 'unknown_then',
    msg: expect.stringContaining('2026-02-03T04:05:06.000000Z'),
  });
  expect(await asOf('2026-02-03T05:05:06%2B01:00')).toMatchObject({ exists: false });
});
