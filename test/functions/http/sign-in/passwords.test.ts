import { beforeEach, expect, type TestContext, test, vi } from 'vitest';
import { openCallers } from '../../../../functions/http/sign-in/open.ts';
import { hashPassword, verifyPassword } from '../../../../functions/passwords.ts';
import { TooManyVerificationsError, verifySha512Crypt } from '../../../../functions/sha512-crypt.ts';
import { basic, makeWorld } from '../../../support/world.ts';

vi.mock('../../../../functions/passwords.ts', { spy: true });
vi.mock('../../../../functions/sha512-crypt.ts', { spy: true });

/** As the predecessor kept it. */
const OLD_PASSWORD = 'Grüße, Ada';
const OLD_HASH =
  '$6$rounds=1000$abcdefgh./XYZ012$SKct8SdjyesGSizdpsTyWdlDFzkg.c6el/Zq6OCZo9SEe33GLhA1hVin3ONn.7L9Piaq9GjKUQajPf26qs/ZT1';

beforeEach(() => {
  vi.mocked(verifyPassword).mockClear();
  vi.mocked(verifySha512Crypt).mockClear();
});

/** A world to which hal has come from the predecessor, and the callers of one process. */
async function withHal(context: TestContext) {
  const w = await makeWorld(context);
  await w.arrange('PUT', '/auth/basic/user/hal', { password_hash: OLD_HASH });
  const { database, log, settings } = w.services;
  const callers = openCallers(database.$client, log, settings.signIn);
  return {
    w,
    callers,
    identify: (user: string, password: string) =>
      callers.identify({
        authorization: basic(user, password),
        authToken: undefined,
        host: undefined,
        address: '192.0.2.1',
      }),
    hashOf: async (user: string) =>
      String((await w.sql`select password_hash from users where label = ${user}`)[0]?.['password_hash']),
  };
}

test('the first sign-in with the password of before replaces its hash, and the caller stays who it is', async (context) => {
  const { callers, identify, hashOf } = await withHal(context);
  callers.told(true);
  expect(await hashOf('hal')).toBe(OLD_HASH);
  const many = await Promise.all([1, 2, 3].map(() => identify('hal', OLD_PASSWORD)));
  expect(verifySha512Crypt).toHaveBeenCalledTimes(1);
  expect(await hashOf('hal')).toMatch(/^\$argon2id\$/);
  for (const caller of many) {
    expect(caller).toMatchObject({ label: 'hal' });
    expect(await caller?.current()).toMatchObject({ label: 'hal' });
  }
  expect(await identify('hal', OLD_PASSWORD)).not.toBeNull();
  expect(await identify('hal', 'wrong')).toBeNull();
  // Nobody has such a hash any more.
  expect(verifySha512Crypt).toHaveBeenCalledTimes(1);
});

test('while somebody has a hash of before, whatever is wrong costs the same, and what is right costs what it did', async (context) => {
  const { identify, hashOf } = await withHal(context);
  for (const [user, password] of [
    ['ghost', 'wrong'],
    ['ada', 'wrong'],
    ['hal', 'wrong'],
    ['a\0b', 'wrong'],
  ] as const) {
    vi.mocked(verifyPassword).mockClear();
    vi.mocked(verifySha512Crypt).mockClear();
    expect(await identify(user, password)).toBeNull();
    expect([user, vi.mocked(verifyPassword).mock.calls.length]).toEqual([user, 1]);
    expect([user, vi.mocked(verifySha512Crypt).mock.calls.map(([hash]) => hash.slice(0, 15))]).toEqual([
      user,
      ['$6$rounds=1000$'],
    ]);
  }
  expect(await hashOf('hal')).toBe(OLD_HASH);
  vi.mocked(verifySha512Crypt).mockClear();
  expect(await identify('ada', 'correct horse')).not.toBeNull();
  expect(verifySha512Crypt).not.toHaveBeenCalled();
});

test('a password that is changed while the one of before is verified stays changed, and the one of before is wrong', async (context) => {
  const { w, identify, hashOf } = await withHal(context);
  const changed = await hashPassword('new');
  vi.mocked(verifySha512Crypt).mockImplementationOnce(async () => {
    await w.sql`update users set password_hash = ${changed} where label = 'hal'`;
    return true;
  });
  expect(await identify('hal', OLD_PASSWORD)).toBeNull();
  expect(await hashOf('hal')).toBe(changed);
  expect(await identify('hal', 'new')).not.toBeNull();
});

test('where too many are verified, whatever is not right at once is to come again, and counts as a guess', async (context) => {
  const { w, identify } = await withHal(context);
  vi.mocked(verifySha512Crypt).mockRejectedValue(new TooManyVerificationsError());
  context.onTestFinished(() => void vi.mocked(verifySha512Crypt).mockReset());
  for (const [user, password] of [
    ['hal', OLD_PASSWORD],
    ['ada', 'wrong'],
    ['ghost', 'wrong'],
  ] as const) {
    await expect(identify(user, password)).rejects.toMatchObject({ code: 'passwords_busy', headers: { 'Retry-After': '10' } });
  }
  expect(await w.sql`select failures from failed_logins where failures > 0`).toHaveLength(3);
  expect(await identify('ada', 'correct horse')).not.toBeNull();
});
