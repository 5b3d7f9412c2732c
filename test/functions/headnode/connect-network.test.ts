import { expect, test } from 'vitest';
import { connectHnic } from '../../../functions/headnode/connect-network.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { frozenCases, headnodeRefusalCases, withHeadnode } from '../../support/headnodes.ts';
import { adminNetwork, projectNetwork } from '../../support/networks.ts';
import { makeWorld, type World } from '../../support/world.ts';

const connect = (w: World, network: string) => w.call('ada', 'POST', '/headnode/h1/hnic/eth0/connect_network', { network });
const networksOf = async (w: World) => (await w.call('ada', 'GET', '/headnode/h1')).body;

describeOperation(connectHnic, {
  async arrange(w) {
    await withHeadnode(w);
    await projectNetwork(w, 'lan');
  },
  request: { params: { headnode: 'h1', hnic: 'eth0' }, input: { network: 'lan' } },
  async success(w, answer) {
    expect(answer.text).toBe('');
    expect(await networksOf(w)).toMatchObject({ nics: [{ label: 'eth0', networks: { 'vlan/native': 'lan' } }] });
    expect(await w.sql`select from commands`).toEqual([]);
  },
  roles: { admin: 200, owner: 200, other: 401, anonymous: 401 },
  refusals: {
    ...headnodeRefusalCases,
    unknown_hnic: { params: { headnode: 'h1', hnic: 'nope' }, input: { network: 'nope' } },
    unknown_network: { input: { network: 'nope' }, arrange: frozenCases.frozen.arrange },
    ...frozenCases,
    no_access: { arrange: (w) => projectNetwork(w, 'foreign', 'red'), input: { network: 'foreign' } },
  },
  malformed: {
    'no network': { input: {} },
    'H14: a channel': { input: { network: 'lan', channel: 'vlan/native' } },
    'a network that is a number': { input: { network: 5 } },
  },
});

test('H08, H09: it may be repeated, and switched, to public networks and those of any VLAN too', async (context) => {
  const w = await makeWorld(context);
  await withHeadnode(w);
  await projectNetwork(w, 'lan');
  await adminNetwork(w, 'wan', '', '4000');
  for (const network of ['lan', 'lan', 'wan']) {
    expect(await connect(w, network)).toMatchObject({ status: 200, text: '' });
    expect(await networksOf(w)).toMatchObject({ nics: [{ networks: { 'vlan/native': network } }] });
  }
});

test('of a connection and a deletion of the network, or of its access, that are asked for at once, one succeeds', async (context) => {
  const w = await makeWorld(context);
  await withHeadnode(w);
  for (let round = 0; round < 12; round++) {
    await w.call('root', 'PUT', '/network/lan', { owner: 'admin', access: 'blue', net_id: '' });
    await w.call('root', 'PUT', '/network/lan/access/blue');
    const path = round % 2 === 0 ? '/network/lan' : '/network/lan/access/blue';
    const [taken, connection] = await Promise.all([w.call('root', 'DELETE', path), connect(w, 'lan')]);
    expect(
      [
        [200, round % 2 === 0 ? 404 : 409],
        [409, 200],
      ],
      taken.text + connection.text,
    ).toContainEqual([taken.status, connection.status]);
    await w.arrange('POST', '/headnode/h1/hnic/eth0/detach_network');
  }
});
