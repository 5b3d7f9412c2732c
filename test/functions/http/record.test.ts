import { expect, test } from 'vitest';
import { z } from 'zod';
import { anonymous } from '../../../functions/http/caller.ts';
import { recording } from '../../../functions/http/record.ts';
import { headnode, offerHeadnodes, withHeadnode } from '../../support/headnodes.ts';
import { bareNode, drivenNode, reserve, withToken } from '../../support/rack.ts';
import { makeWorld, type World } from '../../support/world.ts';

const entry = z.looseObject({ event: z.string() });

async function lastOf(w: World, event: string) {
  const [row] = await w.sql`select * from audit where event = ${event} order by at desc limit 1`;
  return entry.parse(row);
}

test('a request is recorded with who sent it, from where and how, and without what is secret', async (t) => {
  const w = await makeWorld(t);
  const made = await w.call('root', 'POST', '/auth/token', { name: 'ci' });
  const { id, token } = z.object({ id: z.string(), token: z.string() }).parse(made.body);
  const headers = { authorization: `Bearer ${token}`, 'x-request-id': 'by-a-token' };
  const body = { type: 'nexus', hostname: 'h', username: 'u', password: 'its password', dummy_vlan: 5 };
  expect((await w.call(null, 'PUT', '/switch/sw%20ü', body, headers)).status).toBe(200);
  expect((await w.call(null, 'PUT', '/switch/sw%20ü/port/Ethernet1/3', undefined, headers)).status).toBe(200);
  const by = {
    actor: 'root',
    token: id,
    address: expect.any(String),
    request: 'by-a-token',
    cause: null,
    node: null,
    projects: [],
  };
  expect(await lastOf(w, 'switch_register')).toMatchObject({
    ...by,
    subject: { switch: 'sw ü' },
    details: { type: 'nexus', hostname: 'h', username: 'u', dummy_vlan: 5 },
    result: { status: 'done' },
  });
  expect(await lastOf(w, 'switch_register_port')).toMatchObject({ ...by, subject: { switch: 'sw ü', port: 'Ethernet1/3' } });
  const all = JSON.stringify(await w.sql`select to_json(a) from audit a`);
  expect(all).not.toContain('its password');
  expect(all).not.toContain(token);
});

test('what is long is cut, what Postgres cannot hold is replaced, and of too much the names are kept', async (t) => {
  const w = await makeWorld(t);
  await w.arrange('PUT', '/node/n1', { obmd: { uri: 'http://obmd.test', admin_token: 'x' } });
  const set = async (value: unknown) => {
    await w.arrange('PUT', '/node/n1/metadata/note', { value });
    return (await lastOf(w, 'node_set_metadata'))['details'];
  };
  expect(await set(`a${'😀'.repeat(1000)}`)).toEqual({
    value: expect.stringMatching(/^a😀+\ufffd \.\.\. \(cut: 2001 characters\)$/u),
  });
  expect(await set({ 'a\0b': ['\0', '\ud800x', 7, null, true] })).toEqual({
    value: { 'a\ufffdb': ['\ufffd', '\ufffdx', 7, null, true] },
  });
  expect(await set(Array(5000).fill('word'))).toEqual({
    cut: expect.stringMatching(/^\d+ characters of JSON/),
    fields: ['value'],
  });
});

test('of what is too long to be kept it is known still which project it concerned', async (t) => {
  const w = await makeWorld(t);
  await offerHeadnodes(w);
  const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ/gREZiM511WCTY5L+my/UIOSflSx1APVhVF5Fw9SpD';
  // What is trimmed is sent, and longer as JSON.
  await headnode(w, 'h1', { ssh_keys: Array(10).fill(`${key}${'\v'.repeat(900)}`) });
  const [blue] = await w.sql`select id from projects where label = 'blue'`;
  expect(await lastOf(w, 'headnode_create')).toMatchObject({
    projects: [blue?.['id']],
    details: { cut: expect.any(String), fields: ['project', 'base_img', 'ssh_keys'] },
  });
});

test('what is recorded again, since it is not known whether it was, is another entry', async (t) => {
  const w = await makeWorld(t);
  const { record } = recording({ id: 'console_input', access: 'user' }, z.strictObject({}), 'ordered')(
    anonymous,
    { address: '127.0.0.1', request: 'typing' },
    { node: 'n1' },
    {},
  );
  for (const _ of ['committed', 'again']) await w.services.database.transaction(record);
  expect(await w.sql`select from audit where request = 'typing'`).toHaveLength(2);
});

test('what was ordered, done at once or sent elsewhere is told apart', async (t) => {
  const w = await makeWorld(t);
  await withHeadnode(w);
  await drivenNode(w, 'n1');
  await reserve(w, 'n1', 'blue');
  await bareNode(w, 'n2');
  await withToken(w, 'n2', 'token');
  const ask = (path: string) => w.call('root', 'POST', path, undefined, { prefer: 'respond-async' });
  expect((await ask('/node/n1/power_off')).status).toBe(202);
  expect(await lastOf(w, 'node_power_off')).toMatchObject({ node: 'n1', result: { status: 'ordered' } });
  // It was never started.
  expect((await ask('/headnode/h1/stop')).status).toBe(200);
  expect(await lastOf(w, 'headnode_stop')).toMatchObject({ subject: { headnode: 'h1' }, result: { status: 'done' } });
  expect((await ask('/node/n2/power_off')).status).toBe(307);
  expect(await lastOf(w, 'node_power_off')).toMatchObject({ node: 'n2', result: { status: 'redirected' } });
});

test('a request that names no project is one of the project that has the node, headnode or network', async (t) => {
  const w = await makeWorld(t);
  await withHeadnode(w);
  await drivenNode(w, 'n1');
  await reserve(w, 'n1', 'blue');
  await w.arrange('PUT', '/network/lan', { owner: 'blue', access: 'blue', net_id: '' });
  const [blue] = await w.sql`select id::int from projects where label = 'blue'`;
  const projectsOf = async (event: string) => (await lastOf(w, event))['projects'];
  await w.call('ada', 'POST', '/node/n1/power_off', undefined, { prefer: 'respond-async' });
  expect(await projectsOf('node_power_off')).toEqual([String(blue?.['id'])]);
  await w.arrange('PUT', '/headnode/h1/hnic/eth1');
  expect(await projectsOf('headnode_create_hnic')).toEqual([String(blue?.['id'])]);
  await w.arrange('DELETE', '/network/lan');
  expect(await projectsOf('network_delete')).toEqual([String(blue?.['id'])]);
  // What administrators do to its hardware is not.
  await w.arrange('PUT', '/node/n1/metadata/rack', { value: 'A7' });
  expect(await projectsOf('node_set_metadata')).toEqual([]);
});
