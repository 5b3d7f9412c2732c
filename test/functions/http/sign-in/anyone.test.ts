import { expect, test } from 'vitest';
import { readSettings } from '../../../../functions/settings.ts';
import { makeToken } from '../../../support/tokens.ts';
import { basic, makeWorld } from '../../../support/world.ts';

const signIn = (env: Record<string, string>) => readSettings(env).signIn;

test('A10: with the null backend whoever asks on this machine is an administrator, and no web page of another name', async (context) => {
  const w = await makeWorld(context, { signIn: signIn({ HAAS_AUTH: 'null' }) });
  const status = async (host: string, headers: Record<string, string> = {}) =>
    (await w.call(null, 'GET', '/projects', undefined, { host, ...headers })).status;
  for (const host of ['127.0.0.1:5000', 'localhost:5000', 'LOCALHOST', '[::1]:5000', '127.0.0.1'])
    expect(await status(host), host).toBe(200);
  for (const host of ['evil.example', '127.0.0.1.evil.example', 'localhost.evil.example:5000', '10.0.0.1', '']) {
    expect(await status(host), host).toBe(401);
  }
  expect(await status('localhost', { authorization: basic('ghost') })).toBe(200);
  const made = await w.call(null, 'POST', '/auth/token', { name: 'ci' }, { host: 'localhost' });
  expect(made.body).toMatchObject({ code: 'password_required' });
  expect((await w.call(null, 'GET', '/active_extensions', undefined, { host: 'localhost' })).body).toContain('hil.ext.auth.null');
});

test('told twice, it takes everybody', async (context) => {
  const w = await makeWorld(context, { signIn: signIn({ HAAS_AUTH: 'null', HAAS_AUTH_NULL_ANYWHERE: 'true' }) });
  expect((await w.call(null, 'GET', '/projects')).status).toBe(200);
});

test('beside others it takes nobody whom they took for one of theirs', async (context) => {
  const w = await makeWorld(context, { signIn: signIn({ HAAS_AUTH: 'null,database', HAAS_AUTH_NULL_ANYWHERE: 'true' }) });
  const token = await makeToken(w, 'ada');
  expect((await w.call(null, 'GET', '/projects')).status).toBe(200);
  expect((await w.call('ada', 'GET', '/projects')).body).toMatchObject({ code: 'not_an_administrator' });
  expect((await token.call('GET', '/projects')).body).toMatchObject({ code: 'not_an_administrator' });
  await w.arrange('DELETE', `/auth/token/${token.id}`);
  expect((await token.call('GET', '/projects')).body).toMatchObject({ code: 'not_authenticated' });
  for (const authorization of [basic('root', 'wrong'), 'Basic', 'Bearer haas_x', 'Bearer haas_x!', 'Bearer a b', 'bearer']) {
    expect((await w.call(null, 'GET', '/projects', undefined, { authorization })).status).toBe(401);
  }
});
