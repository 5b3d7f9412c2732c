import { expect, test } from 'vitest';
import { basic, makeWorld, type World } from '../../support/world.ts';

const signIn = (w: World, authorization: string | undefined, path = '/nodes/all') =>
  w.call(null, 'GET', path, undefined, authorization === undefined ? {} : { authorization });
const encoded = (text: string) => Buffer.from(text).toString('base64');

const strangers: Record<string, string | undefined> = {
  'no credentials': undefined,
  'an empty header': '',
  'an unknown user': basic('ghost'),
  'an unknown user with an empty password': basic('ghost', ''),
  'a wrong password': basic('ada', 'wrong'),
  'an empty password': basic('ada', ''),
  'the password with something behind it': basic('ada', 'correct horse '),
  'the name in capitals': basic('ADA'),
  'a name with a NUL': basic('ada\0'),
  'no colon': `Basic ${encoded('ada')}`,
  'a colon alone': `Basic ${encoded(':')}`,
  'a scheme alone': 'Basic',
  'no scheme': encoded('ada:correct horse'),
  'what is no base64': 'Basic ada:correct-horse',
  'bytes that are no UTF-8': `Basic ${Buffer.from([0xff, 0x3a, 0xff]).toString('base64')}`,
  'two credentials': `${basic('ada')}, ${basic('ada')}`,
  'Bearer instead of Basic': `Bearer ${encoded('ada:correct horse')}`,
  'a token that was never made': `Bearer haas_${'A'.repeat(43)}`,
  'a token that is too short': 'Bearer haas_A',
  'a token as a user name': `Basic ${encoded(`haas_${'A'.repeat(43)}:`)}`,
  'a JWT where no provider is configured': 'Bearer e30.e30.e30',
  'Digest instead of Basic': 'Digest username="ada"',
};

for (const [name, authorization] of Object.entries(strangers)) {
  test(`A02-A05: ${name}: the same 401 as for everybody else who is not known`, async (context) => {
    const w = await makeWorld(context);
    const answer = await signIn(w, authorization);
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe('Basic realm="HaaS", charset="UTF-8", Bearer realm="HaaS"');
    const expected = await signIn(w, undefined);
    const withoutId = (body: unknown) => ({ ...Object(body), request_id: '' });
    expect(withoutId(answer.body)).toEqual(withoutId(expected.body));
    const names = (headers: Headers) => [...headers.keys()].sort();
    expect(names(answer.headers)).toEqual(names(expected.headers));
  });

  test(`A06: ${name}: an anonymous caller where authentication is not required`, async (context) => {
    const w = await makeWorld(context, { requireAuthentication: false });
    expect((await signIn(w, authorization)).status).toBe(200);
    const answer = await signIn(w, authorization, '/projects');
    expect(answer.body).toMatchObject({ type: 'AuthorizationError', code: 'not_an_administrator' });
    expect((await signIn(w, authorization, '/project/blue/nodes')).status).toBe(401);
  });
}

for (const scheme of ['Basic', 'basic', 'BASIC', 'bAsIc ']) {
  test(`A01: the scheme may be written ${scheme}`, async (context) => {
    const w = await makeWorld(context);
    expect((await signIn(w, basic('root').replace('Basic', scheme), '/projects')).status).toBe(200);
  });
}

test('a password may hold colons, spaces and any characters', async (context) => {
  const w = await makeWorld(context);
  const password = ': pä:ß🔌 ';
  await w.arrange('PUT', '/auth/basic/user/eve', { password });
  expect((await signIn(w, basic('eve', password))).status).toBe(200);
  expect((await signIn(w, basic('eve', password.trim()))).status).toBe(401);
});

test('where authentication is not required, credentials count all the same', async (context) => {
  const w = await makeWorld(context, { requireAuthentication: false });
  expect((await signIn(w, basic('root'), '/projects')).status).toBe(200);
  expect((await signIn(w, basic('ada'), '/project/blue/nodes')).status).toBe(200);
  expect((await signIn(w, basic('ada'), '/project/red/nodes')).status).toBe(401);
});

test('A11: without credentials nobody reaches what is for administrators, nor learns what exists', async (context) => {
  const w = await makeWorld(context);
  for (const [method, path] of [
    ['GET', '/auth/basic/users'],
    ['DELETE', '/auth/basic/user/ada'],
    ['DELETE', '/auth/basic/user/ghost'],
    ['DELETE', '/project/nope'],
  ] as const) {
    expect((await w.call(null, method, path)).status).toBe(401);
    expect((await w.call('ada', method, path)).body).toMatchObject({ code: 'not_an_administrator' });
  }
});

test('A07: administrators act for every project, members for their own', async (context) => {
  const w = await makeWorld(context);
  const statuses = async (user: string) => [
    (await w.call(user, 'GET', '/project/blue/nodes')).status,
    (await w.call(user, 'GET', '/project/red/nodes')).status,
  ];
  expect(await statuses('root')).toEqual([200, 200]);
  expect(await statuses('ada')).toEqual([200, 401]);
  expect(await statuses('bob')).toEqual([401, 200]);
});
