import { expect, test } from 'vitest';
import { z } from 'zod';
import { listAudit } from '../../../functions/audit/list.ts';
import { chainAll } from '../../support/audit.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { bareNode, cabledNode, reserve } from '../../support/rack.ts';
import { type Answer, makeWorld, statusId, type World } from '../../support/world.ts';

const entries = z.array(z.looseObject({ seq: z.int(), id: z.string(), event: z.string(), at: z.string() }));
const eventsIn = ({ body }: Answer) => entries.parse(body).map(({ event }) => event);

describeOperation(listAudit, {
  async arrange(w) {
    await bareNode(w, 'n1');
    await reserve(w, 'n1', 'blue');
    await bareNode(w, 'n2');
    await chainAll(w);
  },
  request: { input: { node: 'n1' } },
  success(_, answer) {
    const change = { actor: 'root', node: 'n1', result: { status: 'done' }, token: null, hash: expect.stringMatching(/^.{43}$/) };
    expect(answer.body).toMatchObject([
      { ...change, event: 'node_register', cause: null, subject: { node: 'n1' }, details: { obmd: { uri: 'http://obmd.test' } } },
      { ...change, event: 'node_project', projects: [], details: { before: null, after: { project: null } } },
      { ...change, event: 'project_connect_node', projects: ['blue'], subject: { project: 'blue' }, details: { node: 'n1' } },
      {
        ...change,
        event: 'node_project',
        projects: ['blue'],
        details: { before: { project: null }, after: { project: 'blue' } },
      },
    ]);
    const [register, made] = z
      .array(z.looseObject({ id: z.string(), cause: z.string().nullable(), request: z.string() }))
      .parse(answer.body);
    expect(made).toMatchObject({ cause: register?.id, request: register?.request });
    expect(answer.text).not.toContain('admin_token');
    expect(answer.headers.has('link')).toBe(false);
  },
  roles: { admin: 200, owner: 401, other: 401, anonymous: 401 },
  refusals: { unknown_project: { input: { project: 'nope' } } },
  malformed: {
    'a page that is too large': { input: { limit: '1001' } },
    'a page at both ends': { input: { after: '1', before: '9' } },
    'a time without a zone': { input: { since: '2026-01-01T00:00:00' } },
    'a time in the year 0': { input: { until: '0000-01-01T00:00:00Z' } },
    'a time of more digits than anybody reads': { input: { until: `2026-03-16T00:00:00.${'1'.repeat(200)}Z` } },
    'a zone that is none': { input: { since: '2026-03-16T00:00:00-23:59' } },
  },
});

/** Everything that some requests have done, with an agent's part. */
async function busyWorld(w: World): Promise<{ action: string }> {
  await cabledNode(w, 'n1');
  await w.arrange('PUT', '/network/lan', { owner: 'blue', access: 'blue', net_id: '' });
  await w.arrange('POST', '/project/blue/connect_node', { node: 'n1' });
  const connect = await w.call(
    'ada',
    'POST',
    '/node/n1/nic/eth0/connect_network',
    { network: 'lan' },
    { 'x-request-id': 'connecting' },
  );
  await w.finish(connect);
  await w.call('bob', 'POST', '/node/n1/nic/eth0/connect_network', { network: 'lan' }, { 'x-request-id': 'refused' });
  await chainAll(w);
  return { action: statusId(connect) };
}

test('tells what followed from a request, whose it was, and of nothing that was refused', async (t) => {
  const w = await makeWorld(t);
  const { action } = await busyWorld(w);
  const answer = await w.call('root', 'GET', '/audit?request=connecting');
  const by = { actor: 'ada', request: 'connecting', node: 'n1', projects: ['blue'] };
  expect(answer.body).toMatchObject([
    {
      ...by,
      event: 'node_connect_network',
      subject: { node: 'n1', nic: 'eth0' },
      details: { network: 'lan' },
      result: { status: 'ordered' },
    },
    {
      ...by,
      actor: null,
      event: 'command_ended',
      subject: { command: action, device: 'switch/sw1' },
      result: { status: 'done' },
    },
    { ...by, event: 'nic_network', subject: { nic: 'eth0', channel: 'vlan/native' }, details: { before: null, after: 'lan' } },
  ]);
  const [cause, ...followed] = z.array(z.looseObject({ id: z.string(), cause: z.string().nullable() })).parse(answer.body);
  expect(followed.map((each) => each.cause)).toEqual([cause?.id, cause?.id]);
  expect((await w.call('root', 'GET', '/audit?request=refused')).body).toEqual([]);
});

test('is asked for by who, what, where and when, and in pages from either end', async (t) => {
  const w = await makeWorld(t);
  await busyWorld(w);
  const list = (query: string) => w.call('root', 'GET', `/audit?${query}`);
  const all = entries.parse((await list('limit=1000')).body);
  expect(all.map(({ seq }) => seq)).toEqual(all.map((_, index) => index + 1));
  expect(all[0]?.event).toBe('audit_began');

  expect(eventsIn(await list('actor=ada'))).toEqual(['node_connect_network', 'nic_network']);
  expect(eventsIn(await list('event=network_create'))).toEqual(['network_create']);
  expect(eventsIn(await list('event=nic_network&actor=root'))).toEqual([]);
  expect(eventsIn(await list('project=blue'))).toEqual(
    all
      .filter(
        ({ event }) =>
          /^(network_create|project_connect_node|node_connect_network|nic_network|command_ended)$/.test(event) ||
          event === 'node_project',
      )
      .slice(1)
      .map(({ event }) => event),
  );
  const third = all[2] ?? expect.fail('there are more');
  const at = encodeURIComponent(third.at);
  expect((await list(`since=${at}&limit=1000`)).body).toEqual((await list('after=2&limit=1000')).body);
  expect((await list(`until=${at}`)).body).toEqual((await list('before=4')).body);
  expect((await list(`since=${at}&until=${at}`)).body).toMatchObject([{ seq: 3 }]);
  expect((await list('since=2999-01-01T00:00:00Z')).body).toEqual([]);

  for (const [query, relation] of [
    ['limit=4', 'prev'],
    ['limit=4&after=0', 'next'],
  ] as const) {
    const pages: unknown[] = [];
    for (let next: string | undefined = `/audit?${query}`; next !== undefined; ) {
      const page = await w.call('root', 'GET', next);
      const found = entries.parse(page.body);
      if (relation === 'prev') pages.unshift(...found);
      else pages.push(...found);
      next = new RegExp(`^</v0([^>]*)>; rel="${relation}"$`).exec(page.headers.get('link') ?? '')?.[1];
    }
    expect(pages).toEqual(all);
  }
});

test('keeps what was done with a project that there is no more, under its id and not for one of the same name', async (t) => {
  const w = await makeWorld(t);
  await w.arrange('PUT', '/project/green');
  await w.arrange('POST', '/auth/basic/user/ada/add_project', { project: 'green' });
  const [row] = await w.sql`select id from projects where label = 'green'`;
  await w.arrange('POST', '/auth/basic/user/ada/remove_project', { project: 'green' });
  await w.arrange('DELETE', '/project/green');
  await w.arrange('PUT', '/project/green');
  await chainAll(w);
  expect((await w.call('root', 'GET', '/audit?project=green')).body).toEqual([]);
  const id = Number(row?.['id']);
  expect((await w.call('root', 'GET', `/audit?project=${id}`)).body).toMatchObject([
    { event: 'user_add_project', projects: [id] },
    { event: 'user_remove_project', projects: [id] },
    { event: 'project_delete', projects: [id] },
  ]);
});
