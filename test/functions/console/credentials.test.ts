import { expect, test } from 'vitest';
import { readSettings } from '../../../functions/settings.ts';
import {
  apiOnSocket,
  connectSocket,
  consoleAgent,
  consoleWorld,
  openSocket,
  release,
  typedAt,
} from '../../support/console-viewers.ts';
import { SERVICE, startKeystone } from '../../support/keystone.ts';
import { drivenNode, reserve } from '../../support/rack.ts';
import { makeToken } from '../../support/tokens.ts';
import { until } from '../../support/until.ts';
import { makeWorld } from '../../support/world.ts';

const V1 = { protocol: 'haas.console.v1' };

test('with a read-only token one watches, and nothing that is sent is typed', async (t) => {
  const w = await consoleWorld(t);
  const agent = await consoleAgent(t, w);
  const typed = await typedAt(w);
  const api = await apiOnSocket(t, w);
  const { headers } = await makeToken(w, 'ada', { project: 'blue', read_only: true });
  for (const write of ['take', 'steal']) {
    const refused = await connectSocket(t, api, 'ada', `?write=${write}`, { headers });
    expect(refused).toMatchObject({ status: 401, body: { code: 'read_only_token' } });
  }
  const plain = await openSocket(t, api, 'ada', '', { headers });
  const controlled = await openSocket(t, api, 'ada', '', { ...V1, headers });
  plain.type('rm -rf /\r');
  await plain.sees('[HaaS: you only watch');
  for (const type of ['take', 'steal']) controlled.control({ type });
  controlled.control({ type: 'break' });
  controlled.type('rm -rf /\r');
  await until(() => controlled.told().filter((each) => Object(each).code === 'read_only_token').length === 2, 'both are refused');
  await controlled.isTold({ type: 'error', code: 'not_writing' });
  await agent.say('login: ');
  await plain.sees('login: ');
  await controlled.sees('login: ');
  expect(await w.sql`select from consoles where writer is not null`).toEqual([]);
  expect(typed()).toEqual([]);

  // The right that another of the same name has is not theirs.
  const ada = await openSocket(t, api, 'ada', '?write=take');
  plain.type('x');
  controlled.type('x');
  ada.type('ada types');
  await until(() => typed().join('') === 'ada types', 'ada types');
});

test('with a read-only token no console is opened', async (t) => {
  const w = await consoleWorld(t);
  const { call } = await makeToken(w, 'ada', { read_only: true });
  expect((await call('GET', '/node/n1/console')).body).toMatchObject({ code: 'read_only_token' });
  expect(await call('GET', '/node/n1/console?follow=false')).toMatchObject({ status: 200, text: '' });
  expect(await w.sql`select from consoles`).toEqual([]);
  expect(await w.sql`select from commands`).toEqual([]);
});

test('who signed in with Keystone sees a console while Keystone says that they may', async (t) => {
  const keystone = await startKeystone(t);
  const { signIn } = readSettings({
    HAAS_AUTH: 'database,keystone',
    HAAS_KEYSTONE_URL: keystone.url,
    HAAS_KEYSTONE_USER: SERVICE.user,
    HAAS_KEYSTONE_PASSWORD: SERVICE.password,
    HAAS_KEYSTONE_PROJECT: SERVICE.project,
  });
  const w = await makeWorld(t, { signIn });
  await drivenNode(w, 'n1');
  await reserve(w, 'n1', 'blue');
  await consoleAgent(t, w);
  const api = await apiOnSocket(t, w);
  const watching = async () => {
    const token = keystone.issue();
    const headers = { authorization: '', 'x-auth-token': token };
    return { token, carol: await openSocket(t, api, 'carol', '?write=steal', { headers }) };
  };
  const first = await watching();
  keystone.revoke(first.token);
  expect(await first.carol.closed).toBe(1000);
  expect(first.carol.text()).toContain('[HaaS: you may not see this console any more]');
  const second = await watching();
  keystone.misbehave('broken');
  expect(await second.carol.closed).toBe(1000);
  expect(second.carol.text()).toContain('[HaaS: nobody can say now whether you may see this console: connect again]');
});

test('a token that is revoked sees no more of a console', async (t) => {
  const w = await consoleWorld(t);
  const agent = await consoleAgent(t, w);
  const { id, headers } = await makeToken(w, 'ada', { project: 'blue' });
  const ada = await openSocket(t, await apiOnSocket(t, w), 'ada', '?write=take', { headers });
  await agent.say('before');
  await ada.sees('before');
  await w.arrange('DELETE', `/auth/token/${id}`);
  expect(await ada.closed).toBe(1000);
  expect(ada.text()).toContain('[HaaS: you may not see this console any more]');
  await release(w, 'blue');
});
