import { afterEach, beforeEach, describe, expect, type TestContext, test, vi } from 'vitest';
import type { Credentials } from '../../../../functions/http/sign-in/backend.ts';
import { keystoneBackend } from '../../../../functions/http/sign-in/keystone.ts';
import { createMemory } from '../../../../functions/http/sign-in/memory.ts';
import { readSettings } from '../../../../functions/settings.ts';
import type { Misbehaviour } from '../../../support/json-server.ts';
import { SERVICE, startKeystone } from '../../../support/keystone.ts';
import { until } from '../../../support/until.ts';
import { basic, makeWorld } from '../../../support/world.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});
const later = (ms: number) => vi.setSystemTime(Date.now() + ms);

const shown = (authToken: string): Credentials => ({
  authorization: undefined,
  authToken,
  host: undefined,
  address: '192.0.2.1',
});

/** A world whose API asks a Keystone, and a backend alone, whose patience is in ms. */
async function site(t: TestContext, auth = 'keystone', patience?: number) {
  const keystone = await startKeystone(t);
  const { signIn } = readSettings({
    HAAS_AUTH: auth,
    HAAS_KEYSTONE_URL: `${keystone.url}/v3/`,
    HAAS_KEYSTONE_USER: SERVICE.user,
    HAAS_KEYSTONE_PASSWORD: SERVICE.password,
    HAAS_KEYSTONE_PROJECT: SERVICE.project,
  });
  const w = await makeWorld(t, { signIn });
  if (!signIn.keystone) throw new Error('Keystone is off');
  const { identify } = keystoneBackend(signIn.keystone, w.services.database.$client, createMemory(), w.services.log, patience);
  const call = (token: string, path: string, more: Record<string, string> = {}) =>
    w.call(null, 'GET', path, undefined, { 'x-auth-token': token, ...more });
  return { keystone, w, identify: (token: string) => identify(shown(token)), call };
}

describe('A10: a token of Keystone', () => {
  test('is for the project whose label is the id of its project, or of an administrator, or of nobody', async (t) => {
    const { keystone, w, call, identify } = await site(t);
    const [blue] = await w.sql`select id::int from projects where label = 'blue'`;
    const member = keystone.issue();
    expect(await identify(member)).toEqual({
      label: 'keystone:carol',
      id: null,
      isAdmin: false,
      projects: new Set([blue?.['id']]),
      identity: 'keystone/a1b2/blue',
      isReadOnly: false,
      hasPassword: false,
      current: expect.any(Function),
    });
    expect((await call(member, '/project/blue/nodes')).status).toBe(200);
    expect((await call(member, '/project/red/nodes')).status).toBe(401);
    expect((await call(member, '/projects')).body).toMatchObject({ code: 'not_an_administrator' });

    for (const project of ['blue', 'elsewhere', null]) {
      const admin = keystone.issue({ project, roles: ['member', 'admin'] });
      expect((await call(admin, '/projects')).status, String(project)).toBe(200);
    }
    const stranger = await call('gAAAA-made-up', '/nodes/all');
    expect(stranger.headers.get('www-authenticate')).toBe(`Keystone uri="${keystone.url}"`);
    for (const scope of [
      { project: 'elsewhere' },
      { project: null },
      { project: null, roles: ['Admin', 'administrator'] },
      { project: 'a/b' },
      { name: 'a\u001b[2Jb' },
      { expiresIn: -1 },
    ]) {
      const answer = await call(keystone.issue(scope), '/nodes/all');
      expect(answer.body, JSON.stringify(scope)).toMatchObject({ ...Object(stranger.body), request_id: expect.any(String) });
      expect([answer.status, stranger.status]).toEqual([401, 401]);
    }
    expect((await w.call('root', 'GET', '/projects')).status).toBe(401);
    const admin = keystone.issue({ roles: ['admin'] });
    expect((await call(admin, '/active_extensions')).body).toContain('hil.ext.auth.keystone');
    expect((await call(admin, '/active_extensions')).body).not.toContain('hil.ext.auth.database');
  });

  test('is asked about once for many requests, and believed for two seconds and no longer than it lasts', async (t) => {
    const { keystone, identify } = await site(t);
    const token = keystone.issue({ expiresIn: 60 });
    const callers = await Promise.all(Array.from({ length: 20 }, () => identify(token)));
    expect(callers.every((caller) => caller?.label === 'keystone:carol')).toBe(true);
    expect([keystone.signIns(), keystone.validations()]).toEqual([1, 1]);
    keystone.revoke(token);
    expect(await identify(token)).not.toBeNull();
    later(2_001);
    expect(await identify(token)).toBeNull();
    expect(await callers[0]?.current()).toBeNull();

    const short = keystone.issue({ expiresIn: 1 });
    expect(await identify(short)).not.toBeNull();
    later(1_001);
    expect(await identify(short)).toBeNull();
  });

  test('is for a project as soon as there is one', async (t) => {
    const { keystone, w, call } = await site(t, 'database, keystone');
    w.services.callers.told(true);
    const token = keystone.issue({ project: 'green' });
    expect((await call(token, '/project/green/nodes')).status).toBe(401);
    await w.arrange('PUT', '/project/green');
    expect((await call(token, '/project/green/nodes')).status).toBe(200);
  });

  test('that cannot be one is not asked about', async (t) => {
    const { keystone, identify } = await site(t);
    for (const token of ['', 'two words', 'ünï', 'x'.repeat(8193)]) expect(await identify(token), token).toBeNull();
    expect(keystone.requests).toEqual([]);
  });

  test('signs in beside passwords; who shows both is who the password says', async (t) => {
    const { keystone, w, call } = await site(t, 'database, keystone');
    const member = keystone.issue();
    expect((await call(member, '/project/blue/nodes')).status).toBe(200);
    expect((await w.call('bob', 'GET', '/project/red/nodes')).status).toBe(200);
    expect((await call(member, '/project/blue/nodes', { authorization: basic('bob') })).status).toBe(401);
    expect((await call(member, '/project/blue/nodes', { authorization: basic('bob', 'wrong') })).body).toMatchObject({
      code: 'not_authenticated',
    });
  });
});

describe('our own account', () => {
  test('signs in anew when its token expires or is revoked, once for all who wait', async (t) => {
    const { keystone, identify } = await site(t);
    keystone.serviceTokensLast(60);
    const many = () => Promise.all(Array.from({ length: 5 }, () => identify(keystone.issue())));
    expect((await many()).every((caller) => caller)).toBe(true);
    expect(keystone.signIns()).toBe(1);
    later(31_000);
    expect((await many()).every((caller) => caller)).toBe(true);
    expect(keystone.signIns()).toBe(2);
    keystone.revokeService();
    expect((await many()).every((caller) => caller)).toBe(true);
    expect(keystone.signIns()).toBe(3);
  });

  test('that Keystone refuses is not tried again and again, and nobody else is blamed', async (t) => {
    const { keystone, identify } = await site(t);
    keystone.refuseService(true);
    const token = keystone.issue();
    for (let n = 0; n < 5; n++) await expect(identify(token)).rejects.toMatchObject({ code: 'identity_provider_unavailable' });
    expect(keystone.requests).toHaveLength(1);
    keystone.refuseService(false);
    later(5_001);
    expect(await identify(token)).not.toBeNull();
    // Also not when it is refused in the middle of its life.
    keystone.refuseService(true);
    keystone.revokeService();
    await expect(identify(keystone.issue())).rejects.toMatchObject({ status: 503 });
  });
});

test.for(['away', 'broken', 'silent', 'garbage', 'redirects'] as const)(
  'while Keystone cannot say, nobody is believed or sent away: %s',
  async (how: Misbehaviour | 'away', t) => {
    const { keystone, w, call, identify } = await site(t, 'keystone', how === 'silent' ? 2_000 : undefined);
    const token = keystone.issue();
    const known = await identify(token);
    if (how === 'away') await keystone.stop();
    else keystone.misbehave(how);
    later(2_001);
    await expect(identify(token)).rejects.toMatchObject({ code: 'identity_provider_unavailable' });
    await expect(known?.current()).rejects.toMatchObject({ code: 'identity_provider_unavailable' });
    if (how !== 'silent') {
      const answer = await call(token, '/nodes/all');
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
    }
    expect((await w.call(null, 'GET', '/nodes/all')).status).toBe(401);
    if (how === 'away') await keystone.start();
    else keystone.misbehave(null);
    await until(
      () => {
        later(5_001);
        return identify(token).catch(() => null);
      },
      'it is asked again, and answers',
      600_000,
    );
  },
);

test.for([400, 413, 414, 431])(
  'a token for which Keystone takes no request (%i) is of nobody, and hinders nobody else',
  async (status, t) => {
    const { keystone, identify } = await site(t);
    await identify(keystone.issue());
    keystone.misbehave(status);
    expect(await identify('x'.repeat(8192))).toBeNull();
    keystone.misbehave(null);
    expect(await identify(keystone.issue())).not.toBeNull();
  },
);
