import { expect, test } from 'vitest';
import { createHnic } from '../../../functions/headnode/create-hnic.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { frozenCases, headnode, headnodeRefusalCases, withHeadnode } from '../../support/headnodes.ts';
import { makeWorld } from '../../support/world.ts';

describeOperation(createHnic, {
  arrange: withHeadnode,
  request: { params: { headnode: 'h1', hnic: 'eth1' } },
  async success(w, answer) {
    expect(answer.text).toBe('');
    expect((await w.call('ada', 'GET', '/headnode/h1')).body).toMatchObject({
      hnics: ['eth0', 'eth1'],
      nics: [{ label: 'eth0' }, { label: 'eth1', macaddr: expect.stringMatching(/^52:54:00(:[0-9a-f]{2}){3}$/), networks: {} }],
    });
  },
  roles: { admin: 200, owner: 200, other: 401, anonymous: 401 },
  refusals: {
    ...headnodeRefusalCases,
    duplicate_hnic: { params: { headnode: 'h1', hnic: 'eth0' } },
    ...frozenCases,
    too_many_hnics: {
      arrange: (w) => w.sql`
        insert into hnics (headnode_id, label, mac_address)
          select h.id, n, '52:54:00:00:00:' || lpad(to_hex(n), 2, '0') from headnodes h, generate_series(2, 64) n`,
    },
  },
});

test('H06: two headnodes may have interfaces of one name, each with an address of its own', async (context) => {
  const w = await makeWorld(context);
  await withHeadnode(w);
  await headnode(w, 'h2');
  expect((await w.call('ada', 'PUT', '/headnode/h2/hnic/eth0')).status).toBe(200);
  expect(await w.sql`select distinct mac_address from hnics`).toHaveLength(2);
});

test('eight of one name that are asked for at once make one', async (context) => {
  const w = await makeWorld(context);
  await withHeadnode(w);
  const answers = await Promise.all(Array.from({ length: 8 }, () => w.call('ada', 'PUT', '/headnode/h1/hnic/eth1')));
  expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(7).fill(409)]);
  expect(await w.sql`select from hnics`).toHaveLength(2);
});
