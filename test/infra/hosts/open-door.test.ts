import { execa } from 'execa';
import { expect, test } from 'vitest';
import { readSettings, SettingError } from '../../../functions/settings.ts';
import { parseListenAddress } from '../../../infra/hosts/listen-address.ts';
import { checkOpenDoor } from '../../../infra/hosts/open-door.ts';
import { readStartEnvironment } from '../../../infra/start/environment.ts';

const check = (env: Record<string, string>, address: string) => checkOpenDoor(readSettings(env), parseListenAddress(address));

test('an API at which everybody is an administrator is only for its own machine, unless that is asked for twice', () => {
  for (const address of ['0.0.0.0:5000', '[::]:5000', '10.0.0.1:5000', 'haas.example:5000']) {
    expect(() => check({ HAAS_AUTH: 'null' }, address), address).toThrow(SettingError);
    expect(() => check({ HAAS_AUTH: 'database,null' }, address), address).toThrow('HAAS_AUTH_NULL_ANYWHERE=true');
    expect(check({ HAAS_AUTH: 'null', HAAS_AUTH_NULL_ANYWHERE: 'true' }, address)).toContain('whoever reaches');
    expect(check({}, address)).toBeUndefined();
  }
  for (const address of ['127.0.0.1:5000', '[::1]:5000', 'localhost:5000']) {
    expect(check({ HAAS_AUTH: 'null' }, address)).toContain('is an administrator');
  }
});

test('nor is it behind a proxy, which asks from its own machine for everybody', () => {
  const proxied = { HAAS_AUTH: 'null', HAAS_TRUSTED_PROXIES: '127.0.0.1' };
  expect(() => check(proxied, '127.0.0.1:5000')).toThrow('HAAS_TRUSTED_PROXIES');
  expect(check({ ...proxied, HAAS_AUTH_NULL_ANYWHERE: 'true' }, '127.0.0.1:5000')).toContain('whoever reaches');
});

test('npm start is told so before it starts anything', () => {
  expect(() => readStartEnvironment({ HAAS_AUTH: 'null', HAAS_LISTEN: '0.0.0.0:5000' })).toThrow(SettingError);
  expect(readStartEnvironment({ HAAS_AUTH: 'null' }).openDoor).toContain('HAAS_AUTH=null');
  expect(readStartEnvironment({}).openDoor).toBeUndefined();
});

test('an API host in production refuses as well', async () => {
  const env = {
    PATH: process.env['PATH'],
    DATABASE_URL: 'postgres://haas_api@127.0.0.1:1/haas',
    HAAS_KEY_FILE: '/nowhere',
    HAAS_AUTH: 'null',
    HAAS_LISTEN: '0.0.0.0:0',
  };
  const options = { extendEnv: false, env, reject: false } as const;
  const { exitCode, stderr } = await execa(process.execPath, ['--import', 'tsx', 'infra/hosts/node.ts'], options);
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/^The API does not start: HAAS_AUTH: .*HAAS_AUTH_NULL_ANYWHERE=true/);
});
