import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isLoopback, readSignInSettings } from '../../../../functions/http/sign-in/settings.ts';
import { SettingError } from '../../../../functions/setting-error.ts';

const oidc = { HAAS_AUTH: 'oidc', HAAS_OIDC_ISSUER: 'https://id.example/realms/lab', HAAS_OIDC_AUDIENCE: 'haas' };
const keystone = {
  HAAS_AUTH: 'keystone',
  HAAS_KEYSTONE_URL: 'https://keystone.example:5000',
  HAAS_KEYSTONE_USER: 'haas',
  HAAS_KEYSTONE_PASSWORD: 's3cret',
  HAAS_KEYSTONE_PROJECT: 'service',
};

test('without an environment people sign in with the passwords of the database', () => {
  expect(readSignInSettings({})).toEqual({ database: true, oidc: null, keystone: null, nullBackend: 'off' });
  expect(readSignInSettings({ HAAS_AUTH: 'null' })).toEqual({ database: false, oidc: null, keystone: null, nullBackend: 'here' });
  expect(readSignInSettings({ HAAS_AUTH: 'null, database', HAAS_AUTH_NULL_ANYWHERE: 'true' })).toMatchObject({
    database: true,
    nullBackend: 'anywhere',
  });
  // Once is not twice.
  expect(readSignInSettings({ HAAS_AUTH_NULL_ANYWHERE: 'true' })).toMatchObject({ nullBackend: 'off' });
});

test('a provider has defaults that give nobody anything', () => {
  expect(readSignInSettings(oidc).oidc).toEqual({
    issuer: 'https://id.example/realms/lab',
    audience: 'haas',
    jwksUri: null,
    algorithms: ['RS256'],
    userClaim: 'sub',
    projectsClaim: null,
    admin: null,
  });
  const more = { HAAS_OIDC_ALGORITHMS: 'ES256, EdDSA', HAAS_OIDC_ADMIN: 'groups=cn=admins,dc=example' };
  expect(readSignInSettings({ ...oidc, ...more }).oidc).toMatchObject({
    algorithms: ['ES256', 'EdDSA'],
    admin: { claim: 'groups', value: 'cn=admins,dc=example' },
  });
});

test('Keystone may be written with its version, and the password be in a file', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'haas-keystone-'));
  t.onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'password');
  await writeFile(file, 'from the file\n', { mode: 0o600 });
  const expected = {
    url: 'https://keystone.example:5000',
    user: 'haas',
    userDomain: 'Default',
    password: 'from the file',
    project: 'service',
    projectDomain: 'Default',
  };
  for (const end of ['', '/', '/v3', '/v3/']) {
    const env = { ...keystone, HAAS_KEYSTONE_URL: keystone.HAAS_KEYSTONE_URL + end };
    const read = readSignInSettings({ ...env, HAAS_KEYSTONE_PASSWORD: undefined, HAAS_KEYSTONE_PASSWORD_FILE: file });
    expect(read.keystone).toEqual(expected);
  }
  await writeFile(file, '');
  const empty = { ...keystone, HAAS_KEYSTONE_PASSWORD: undefined, HAAS_KEYSTONE_PASSWORD_FILE: file };
  expect(() => readSignInSettings(empty)).toThrow('HAAS_KEYSTONE_PASSWORD_FILE');
});

test.for([
  ['HAAS_AUTH', '', {}],
  ['HAAS_AUTH', 'database,', {}],
  ['HAAS_AUTH', 'ldap', {}],
  ['HAAS_AUTH_NULL_ANYWHERE', 'yes', {}],
  ['HAAS_OIDC_ISSUER', undefined, oidc],
  ['HAAS_OIDC_ISSUER', 'id.example', oidc],
  ['HAAS_OIDC_ISSUER', 'http://id.example', oidc],
  ['HAAS_OIDC_ISSUER', 'https://s3cret:s3cret@id.example', oidc],
  ['HAAS_OIDC_AUDIENCE', undefined, oidc],
  ['HAAS_OIDC_AUDIENCE', '', oidc],
  ['HAAS_OIDC_JWKS_URI', 'http://127.0.0.1.example/keys', oidc],
  ['HAAS_OIDC_ALGORITHMS', 'none', oidc],
  ['HAAS_OIDC_ALGORITHMS', 'RS256,HS256', oidc],
  ['HAAS_OIDC_ALGORITHMS', '', oidc],
  ['HAAS_OIDC_USER_CLAIM', '', oidc],
  ['HAAS_OIDC_ADMIN', 'admin', oidc],
  ['HAAS_OIDC_ADMIN', 'groups=', oidc],
  ['HAAS_OIDC_ADMIN', '=admin', oidc],
  ['HAAS_KEYSTONE_URL', undefined, keystone],
  ['HAAS_KEYSTONE_URL', 'http://keystone.example', keystone],
  ['HAAS_KEYSTONE_USER', undefined, keystone],
  ['HAAS_KEYSTONE_PROJECT', '', keystone],
  ['HAAS_KEYSTONE_PASSWORD', undefined, keystone],
  ['HAAS_KEYSTONE_PASSWORD_FILE', '/nowhere', keystone],
] as const)('%s cannot be %j, and the error names it without its value', ([name, value, env]) => {
  const read = () => readSignInSettings({ ...env, [name]: value });
  expect(read).toThrow(SettingError);
  expect(read).toThrow(name);
  expect(read).not.toThrow('s3cret');
});

test('providers on this machine may do without TLS', () => {
  for (const host of ['localhost:8080', '127.0.0.1', '[::1]:8080']) {
    expect(readSignInSettings({ ...oidc, HAAS_OIDC_ISSUER: `http://${host}` }).oidc).toMatchObject({ issuer: `http://${host}` });
  }
});

test('a loopback address is told from any other', () => {
  for (const host of ['localhost', 'LOCALHOST', '127.0.0.1', '127.1.2.3', '::1', '[::1]', '::ffff:127.0.0.1']) {
    expect(isLoopback(host), host).toBe(true);
  }
  for (const host of [
    '',
    '0.0.0.0',
    '::',
    '10.0.0.1',
    '1127.0.0.1',
    'localhost.example',
    '127.0.0.1.example',
    'x127.0.0.1',
    '::1:1',
  ]) {
    expect(isLoopback(host), host).toBe(false);
  }
});
