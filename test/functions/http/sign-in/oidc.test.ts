import { createHmac } from 'node:crypto';
import { exportSPKI, importJWK } from 'jose';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, type TestContext, test, vi } from 'vitest';
import type { Credentials } from '../../../../functions/http/sign-in/backend.ts';
import { createMemory } from '../../../../functions/http/sign-in/memory.ts';
import { oidcBackend } from '../../../../functions/http/sign-in/oidc.ts';
import type { OidcSettings } from '../../../../functions/http/sign-in/settings.ts';
import { readSettings } from '../../../../functions/settings.ts';
import type { Misbehaviour } from '../../../support/json-server.ts';
import { AUDIENCE, type OidcProvider, startOidcProvider } from '../../../support/oidc-provider.ts';
import { until } from '../../../support/until.ts';
import { makeWorld } from '../../../support/world.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});
const later = (ms: number) => vi.setSystemTime(Date.now() + ms);

const bearer = (token: string): Credentials => ({
  authorization: `Bearer ${token}`,
  authToken: undefined,
  host: undefined,
  address: '192.0.2.1',
});

/** A world whose API believes a provider, and a backend alone, whose patience is in ms. */
async function site(t: TestContext, more: Record<string, string> = {}, alg?: string) {
  const provider = await startOidcProvider(t, alg);
  const { signIn } = readSettings({
    HAAS_AUTH: 'database,oidc',
    HAAS_OIDC_ISSUER: provider.issuer,
    HAAS_OIDC_AUDIENCE: AUDIENCE,
    HAAS_OIDC_PROJECTS_CLAIM: 'projects',
    HAAS_OIDC_ADMIN: 'realm_access.roles=haas-admin',
    ...more,
  });
  const w = await makeWorld(t, { signIn });
  const { database, log } = w.services;
  const backend = (settings: Partial<OidcSettings> = {}, patience?: number) => {
    if (!signIn.oidc) throw new Error('OIDC is off');
    return oidcBackend({ ...signIn.oidc, ...settings }, database.$client, createMemory(), log, patience);
  };
  const call = (token: string, path = '/project/blue/nodes') =>
    w.call(null, 'GET', path, undefined, { authorization: `Bearer ${token}` });
  return { provider, w, backend, call };
}

describe('a token of the provider', () => {
  test('is of somebody, for the projects that there are, for as long as it says', async (t) => {
    const { provider, w, backend } = await site(t);
    const [blue] = await w.sql`select id::int from projects where label = 'blue'`;
    const token = await provider.token({ projects: ['blue', 'nope', 7, 'a/b'], name: 'Ada' });
    const caller = await backend().identify(bearer(token));
    expect(caller).toEqual({
      label: 'oidc:u-17',
      id: null,
      isAdmin: false,
      projects: new Set([blue?.['id']]),
      identity: 'oidc/u-17',
      isReadOnly: false,
      hasPassword: false,
      current: expect.any(Function),
    });
    expect(await caller?.current()).toMatchObject({ label: 'oidc:u-17', projects: new Set([blue?.['id']]) });
    await w.sql`delete from projects where label = 'blue'`;
    expect(await caller?.current()).toMatchObject({ projects: new Set() });
    later(331_000);
    expect(await caller?.current()).toBeNull();
  });

  test('signs in beside passwords, and makes an administrator only of whom it is told', async (t) => {
    const { provider, w, call } = await site(t);
    const member = await provider.token({ projects: ['blue'] });
    expect((await call(member)).status).toBe(200);
    expect((await call(member, '/project/red/nodes')).status).toBe(401);
    expect((await call(member, '/projects')).body).toMatchObject({ code: 'not_an_administrator' });
    const admin = await provider.token({ realm_access: { roles: ['x', 'haas-admin'] } });
    expect((await call(admin, '/projects')).status).toBe(200);
    for (const claims of [
      { 'realm_access.roles': 'haas' },
      { realm_access: ['haas-admin'] },
      { realm_access: { roles: { 0: 'haas-admin' } } },
      { realm_access: { roles: 'haas-admin, more' } },
      { is_admin: true, admin: true, roles: ['admin', 'haas-admin'] },
    ]) {
      expect((await call(await provider.token(claims), '/projects')).status, JSON.stringify(claims)).toBe(401);
    }
    expect((await w.call('root', 'GET', '/projects')).status).toBe(200);
    expect((await w.call('root', 'GET', '/active_extensions')).body).toEqual(
      expect.arrayContaining(['hil.ext.auth.database', 'hil.ext.auth.oidc']),
    );
  });

  test('makes no token of HaaS, and is of no user who is called the same', async (t) => {
    const { provider, w } = await site(t, { HAAS_OIDC_USER_CLAIM: 'preferred_username', HAAS_OIDC_ADMIN: 'sub=u-17' });
    const authorization = `Bearer ${await provider.token({ preferred_username: 'ada' })}`;
    const made = await w.call(null, 'POST', '/auth/token', { name: 'ci' }, { authorization });
    expect(made.body).toMatchObject({ code: 'password_required' });
    await w.arrange('PATCH', '/auth/basic/user/root', { password: 'correct horse' });
    expect((await w.call(null, 'GET', '/auth/tokens', undefined, { authorization })).body).toEqual([]);
  });

  test('is named by the claim that was chosen, whose name may be a URL', async (t) => {
    const { provider, backend } = await site(t);
    const settings = { userClaim: 'https://example.org/name', projectsClaim: null, admin: null };
    const caller = await backend(settings).identify(bearer(await provider.token({ 'https://example.org/name': 'Ada L.' })));
    expect(caller).toMatchObject({ label: 'oidc:Ada L.', isAdmin: false, projects: new Set() });
  });

  test('is refused where nobody can be called what its user is called', async (t) => {
    const { provider, backend } = await site(t, { HAAS_OIDC_USER_CLAIM: 'name' });
    const { identify } = backend();
    for (const name of ['', 'a\u001b[2Jb', 'line\nline', 'x'.repeat(256), 7, null, ['ada'], undefined]) {
      expect(await identify(bearer(await provider.token({ name }))), String(name)).toBeNull();
    }
    expect(await identify(bearer(await provider.token({ name: 'x'.repeat(255) })))).not.toBeNull();
  });

  test.for(['ES256', 'PS256', 'EdDSA'])(
    'may be signed with %s where that was chosen, and not with RS256 then',
    async (alg, t) => {
      const { provider, backend } = await site(t, { HAAS_OIDC_ALGORITHMS: alg }, alg);
      expect(await backend().identify(bearer(await provider.token()))).not.toBeNull();
      expect(await backend().identify(bearer(await provider.token({}, { alg: 'RS256' })))).toBeNull();
    },
  );
});

describe('refused like every stranger', () => {
  const now = () => Math.floor(Date.now() / 1000);
  const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claimsOf = (token: string) => token.split('.')[1] ?? '';

  const forged: Record<string, (provider: OidcProvider) => Promise<string>> = {
    'one that has expired': (provider) => provider.token({ exp: now() - 31 }),
    'one without an expiry': (provider) => provider.token({ exp: undefined }),
    'one whose expiry is a text': (provider) => provider.token({ exp: '9999999999' }),
    'one that is not valid yet': (provider) => provider.token({ nbf: now() + 60 }),
    'one of another issuer': (provider) => provider.token({ iss: 'https://elsewhere.example' }),
    'one of an issuer that is called almost the same': (provider) => provider.token({ iss: `${provider.issuer}/` }),
    'one for somebody else': (provider) => provider.token({ aud: 'another-client' }),
    'one for nobody': (provider) => provider.token({ aud: undefined }),
    'one of nobody': (provider) => provider.token({ sub: undefined }),
    'one of nobody in particular': (provider) => provider.token({ sub: '' }),
    'one that another key signed': (provider) => provider.token({}, { key: 'stolen', kid: 'first' }),
    'one of a key that is unknown': (provider) => provider.token({}, { key: 'stolen' }),
    'one that is altered': async (provider) => {
      const [header, , signature] = (await provider.token()).split('.');
      const claims = JSON.parse(Buffer.from(claimsOf(await provider.token()), 'base64url').toString());
      return [header, encoded({ ...claims, realm_access: { roles: ['haas-admin'] } }), signature].join('.');
    },
    'one that nobody signed': async (provider) => `${encoded({ alg: 'none' })}.${claimsOf(await provider.token())}.`,
    'one that claims not to be signed': async (provider) => {
      const token = await provider.token();
      return [encoded({ alg: 'none', kid: 'first' }), claimsOf(token), token.split('.')[2]].join('.');
    },
    'one for which the public key was the secret': async (provider) => {
      const key = await importJWK(await provider.publicKey('first'), 'RS256');
      if (key instanceof Uint8Array) throw new Error('an RSA key is no bytes');
      const signed = `${encoded({ alg: 'HS256', kid: 'first' })}.${claimsOf(await provider.token())}`;
      return `${signed}.${createHmac('sha256', await exportSPKI(key))
        .update(signed)
        .digest('base64url')}`;
    },
    'one with a key of its own': async (provider) => {
      const [, claims, signature] = (await provider.token({}, { key: 'stolen' })).split('.');
      return [encoded({ alg: 'RS256', jwk: await provider.publicKey('stolen') }), claims, signature].join('.');
    },
    'one that asks for what nobody knows': async (provider) => {
      const [, claims, signature] = (await provider.token()).split('.');
      return [encoded({ alg: 'RS256', kid: 'first', crit: ['x'], x: 1 }), claims, signature].join('.');
    },
    'what is no JWT': async () => 'opaque',
    'what looks like one': async () => 'a.b.c',
    'nothing but dots': async () => '..',
  };
  test('whatever is wrong with it', async (t) => {
    const { provider, call } = await site(t);
    const stranger = await call('haas_nobody');
    const seen = ({ status, headers, body }: Awaited<ReturnType<typeof call>>) => [
      status,
      [...headers.keys()],
      headers.get('www-authenticate'),
      { ...Object(body), request_id: '' },
    ];
    for (const [what, forge] of Object.entries(forged)) {
      const token = await forge(provider);
      expect(seen(await call(token)), what).toEqual(seen(stranger));
    }
    expect(stranger.status).toBe(401);
    expect((await call(await provider.token({ projects: ['blue'] }))).status).toBe(200);
  });

  test('and half a minute is forgiven to clocks', async (t) => {
    const { provider, backend } = await site(t);
    for (const claims of [{ exp: now() - 25 }, { nbf: now() + 25 }]) {
      expect(await backend().identify(bearer(await provider.token(claims)))).not.toBeNull();
    }
  });

  test('and the log tells why, and neither the token nor what it claims', async (t) => {
    const { provider, w } = await site(t);
    const lines: string[] = [];
    const log = pino({}, { write: (line) => void lines.push(line) });
    const { oidc } = w.services.settings.signIn;
    if (!oidc) throw new Error('OIDC is off');
    const backend = oidcBackend(oidc, w.services.database.$client, createMemory(), log);
    const token = await provider.token({ aud: 'another-client', sub: 'a-secret-person' });
    expect(await backend.identify(bearer(token))).toBeNull();
    expect(lines.join('')).toContain('aud');
    for (const secret of [token, claimsOf(token), 'a-secret-person', 'another-client'])
      expect(lines.join('')).not.toContain(secret);
  });
});

describe('the keys', () => {
  const fetched = (provider: OidcProvider) => provider.requests.filter((request) => request.endsWith('/keys')).length;

  test('are fetched once for many, and again for one that is new, but not for every one that is made up', async (t) => {
    const { provider, backend } = await site(t);
    const { identify } = backend();
    const tokens = await Promise.all(Array.from({ length: 20 }, () => provider.token()));
    expect((await Promise.all(tokens.map((token) => identify(bearer(token))))).every((caller) => caller)).toBe(true);
    expect(provider.requests).toHaveLength(2);

    provider.useKeys('first', 'second');
    const rotated = await provider.token();
    expect(await identify(bearer(rotated))).toBeNull();
    later(30_001);
    expect(await identify(bearer(rotated))).not.toBeNull();
    expect(fetched(provider)).toBe(2);
    for (let n = 0; n < 10; n++) expect(await identify(bearer(await provider.token({}, { kid: `made-up-${n}` })))).toBeNull();
    expect(fetched(provider)).toBe(2);

    // A key that the provider took back is believed no longer than ten minutes.
    provider.useKeys('second');
    const old = await provider.token({}, { key: 'first' });
    expect(await identify(bearer(old))).not.toBeNull();
    later(600_001);
    expect(await identify(bearer(await provider.token({}, { key: 'first' })))).toBeNull();
    expect(await identify(bearer(await provider.token()))).not.toBeNull();
  });

  test('may be at an address that was set', async (t) => {
    const { provider, backend } = await site(t);
    const { identify } = backend({ jwksUri: `${provider.issuer}/keys` });
    expect(await identify(bearer(await provider.token()))).not.toBeNull();
    expect(provider.requests).toEqual(['GET /realm/keys']);
  });

  test('are looked for again where they have moved', async (t) => {
    const { provider, backend } = await site(t);
    provider.discovery['jwks_uri'] = `${provider.issuer}/moved-away`;
    const { identify } = backend();
    await expect(identify(bearer(await provider.token()))).rejects.toMatchObject({ status: 503 });
    delete provider.discovery['jwks_uri'];
    later(5_001);
    expect(await identify(bearer(await provider.token()))).not.toBeNull();
  });
});

describe('while the provider cannot say', () => {
  const unavailable = { status: 503, code: 'identity_provider_unavailable', headers: { 'Retry-After': '5' } };

  test.for(['away', 'broken', 'silent', 'garbage', 'redirects', 'endless'] as const)(
    'nobody new is believed or sent away (%s), and it is left alone for a while',
    async (how: Misbehaviour | 'away', t) => {
      const { provider, backend } = await site(t);
      const { identify } = backend({}, how === 'silent' ? 300 : undefined);
      const token = bearer(await provider.token());
      if (how === 'away') await provider.stop();
      else provider.misbehave(how);
      await expect(identify(token)).rejects.toMatchObject(unavailable);
      const asked = provider.requests.length;
      await expect(identify(token)).rejects.toMatchObject(unavailable);
      expect(provider.requests).toHaveLength(asked);
      if (how === 'away') await provider.start();
      else provider.misbehave(null);
      await until(
        async () => {
          later(5_001);
          return identify(bearer(await provider.token())).catch(() => null);
        },
        'it is asked again, and answers',
        600_000,
      );
    },
  );

  test('those are believed whose key is known, until the keys are ten minutes old', async (t) => {
    const { provider, w, call } = await site(t);
    expect((await call(await provider.token({ projects: ['blue'] }))).status).toBe(200);
    await provider.stop();
    expect((await call(await provider.token({ projects: ['blue'] }))).status).toBe(200);
    later(600_001);
    const answer = await call(await provider.token({ projects: ['blue'] }));
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('5');
    expect(answer.body).toMatchObject({ type: 'UnavailableError', code: 'identity_provider_unavailable' });
    // Others are not concerned.
    expect((await w.call('ada', 'GET', '/project/blue/nodes')).status).toBe(200);
  });

  test.for([
    ['of another issuer', { issuer: 'https://elsewhere.example' }],
    ['without keys', { jwks_uri: undefined }],
    ['with keys at no address', { jwks_uri: 'keys' }],
    ['with keys that everybody can alter on their way', { jwks_uri: 'http://192.0.2.1/keys' }],
  ] as const)('discovery %s is of no use', async ([, told], t) => {
    const { provider, backend } = await site(t);
    Object.assign(provider.discovery, told);
    await expect(backend().identify(bearer(await provider.token()))).rejects.toMatchObject(unavailable);
  });

  test('keys that are none are of no use', async (t) => {
    const { provider, backend } = await site(t);
    for (const keys of [{ keys: 'none' }, [], { keys: [{ kty: 'RSA', kid: 'first' }] }]) {
      provider.publish(keys);
      await expect(backend().identify(bearer(await provider.token())), JSON.stringify(keys)).rejects.toMatchObject(unavailable);
    }
    // Nor is one that anybody can work out.
    provider.publish({ keys: [{ kty: 'RSA', kid: 'first', n: 'AQAB', e: 'AQAB' }] });
    expect(await backend().identify(bearer(await provider.token()))).toBeNull();
  });
});
