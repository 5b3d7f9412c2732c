import { expect, test } from 'vitest';
import { z } from 'zod';
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

test('what was ordered, done at once or sent elsewhere is told apart', async (t) => {
  const w = await makeWorld(t);
  await w.arrange('PUT', '/node/n1', { obmd: { uri: 'http://obmd.test', admin_token: 'x' } });
  await w.sql`update nodes set obm_enabled = true, obmd_session = ${w.services.secrets.encrypt('token')}`;
  expect((await w.call('root', 'POST', '/node/n1/power_off')).status).toBe(307);
  expect(await lastOf(w, 'node_power_off')).toMatchObject({ node: 'n1', result: { status: 'redirected' } });
});
