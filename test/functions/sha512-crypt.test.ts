import { expect, test } from 'vitest';
import {
  isSha512Crypt,
  TooManyVerificationsError,
  unmatchedSha512Crypt,
  verifySha512Crypt,
} from '../../functions/sha512-crypt.ts';

const SALT = '$6$rounds=1000$abcdefgh./XYZ012$';

// Made by crypt(3) of glibc.
test.each([
  ['x', '9h9TiI9iGpkiiuDMN21ghpLstbl2MFvaZPon8eJTndNULrSUag3BcLZ6VcITOP6LI66bCAI8q3O/5gbOAJI0O/'],
  ['Grüße, Ada', 'SKct8SdjyesGSizdpsTyWdlDFzkg.c6el/Zq6OCZo9SEe33GLhA1hVin3ONn.7L9Piaq9GjKUQajPf26qs/ZT1'],
  ['ab'.repeat(32), 'oWsHnLRZMCQ2F5iByKM6WZq/xoqNGTpN/wdVF.cZ16w8AtPzjWpeztBk5UAeaxr5Pu./S392U9RR1882gUTLX1'],
  ['y'.repeat(128), 'Sp6vV8KBJtIoomTjcqrAdaRlOd8I.KGhaH5S8TUvqPog2eZEg6224tpPN42btz19YxNKf7EWY0N0TIpzE.pEh0'],
  ['z'.repeat(256), 'srDtdjzPheS3/LXQZ8k3L7zrlRDOIlAV.JDmbCiCTpdsqZzmOE0jz3mj5VMcCjdlkuOaZDqFVRhcHsgTQHF3i0'],
])('%s is found right, and what is nearly the same is not', async (password, digest) => {
  expect(await verifySha512Crypt(SALT + digest, password)).toBe(true);
  expect(await verifySha512Crypt(SALT + digest, `${password.slice(0, -1)}!`)).toBe(false);
});

test.each([
  `${SALT}${'a'.repeat(85)}2`,
  `${SALT}${'a'.repeat(85)}`,
  `$6$rounds=999$salt$${'a'.repeat(85)}.`,
  `$6$rounds=1000001$salt$${'a'.repeat(85)}.`,
  `$6$rounds=09999$salt$${'a'.repeat(85)}.`,
  `$6$rounds=1000$seventeencharacte$${'a'.repeat(85)}.`,
  `$6$rounds=1000$$${'a'.repeat(85)}.`,
  `$6$salt$${'a'.repeat(85)}.`,
  `$5$rounds=1000$salt$${'a'.repeat(42)}.`,
  `${SALT}${'a'.repeat(85)}.\n`,
])('%j is no hash that is verified', async (passwordHash) => {
  expect(isSha512Crypt(passwordHash)).toBe(false);
  expect(await verifySha512Crypt(passwordHash, 'x')).toBe(false);
});

test('nobody has no password, or one that takes long because of its length', async () => {
  // Both are right by crypt(3).
  const empty = `${SALT}DqJrNkQUuxLCzcJ1lP2uw24MMb.F77eCFHOkub5bpO1uL.c9FkRGfO2vhNUEP.W3844cHoOHRRRawPsixc9ta.`;
  const long = `${SALT}zoBnrzFqSyzDhyUTsnMIl3zEhFBRmRaeRJyWlB/qW/kbSLtjD7QV50FRvxOrlASKz8UinMAJHvmrIQ5bjkJcf/`;
  expect(await verifySha512Crypt(empty, '')).toBe(false);
  expect(await verifySha512Crypt(long, 'x'.repeat(257))).toBe(false);
});

test('a hash that nobody has takes as many rounds as the one that it stands for', () => {
  const unmatched = unmatchedSha512Crypt(`$6$rounds=5432$salt$${'a'.repeat(85)}.`);
  expect(unmatched).toMatch(/^\$6\$rounds=5432\$/);
  expect(isSha512Crypt(unmatched)).toBe(true);
});

test('the event loop goes on meanwhile; two are verified at a time, sixteen wait, and no more', async () => {
  const passwordHash = unmatchedSha512Crypt(`$6$rounds=2000$salt$${'a'.repeat(85)}.`);
  let turns = 0;
  const timer = setInterval(() => (turns += 1), 1);
  const nineteen = () => Promise.allSettled(Array.from({ length: 19 }, () => verifySha512Crypt(passwordHash, 'x')));
  const all = await nineteen();
  clearInterval(timer);
  expect(turns).toBeGreaterThan(0);
  expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(18);
  expect(all.at(-1)).toMatchObject({ reason: expect.any(TooManyVerificationsError) });
  // All places were given back, and none twice.
  expect((await nineteen()).map(({ status }) => status)).toEqual(all.map(({ status }) => status));
});
