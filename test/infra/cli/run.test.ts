import { chmod, mkdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { credentialsPath, writeCredentials } from '../../../infra/cli/credentials-file.ts';
import { haas, homeFolder, recordingServer } from '../../support/command-line.ts';

const json = (response: ServerResponse, value: unknown, status = 200, headers = {}) =>
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(value));
const problem = (type: string, code: string, more = {}) => ({ type, code, msg: 'it is so', request_id: 'r1', ...more });
const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
/** Nothing listens there. */
const NOWHERE = 'http://127.0.0.1:3';

describe('where the API is, and as whom it is used', () => {
  test('a flag goes before HAAS_*, that before HIL_*, that before the file; a path is dropped', async (t) => {
    const { url, received } = await recordingServer(t);
    const home = await homeFolder(t);
    const file = { HOME: home };
    writeCredentials(file, { current: url, endpoints: { [url]: { token: 'kept', user: 'ada' }, [NOWHERE]: { token: 'other' } } });
    const hil = { HIL_ENDPOINT: `${url}/v0`, HIL_USERNAME: 'hal', HIL_PASSWORD: 'old:er' };
    const by = async (words: string[], env: Record<string, string>, input = '') => {
      expect(await haas([...words, 'list_switches'], { ...file, ...env }, input)).toMatchObject({ code: 0, err: '' });
      return received.at(-1)?.headers;
    };
    expect((await by([], {}))?.authorization).toBe('Bearer kept');
    expect((await by([], { OS_TOKEN: 'stone' }))?.['x-auth-token']).toBe('stone');
    expect((await by([], hil))?.authorization).toBe(basic('hal:old:er'));
    expect((await by([], { ...hil, HIL_ENDPOINT: NOWHERE, HAAS_ENDPOINT: `${url}/` }))?.authorization).toBe(basic('hal:old:er'));
    expect((await by([], { ...hil, HAAS_USERNAME: 'ä', HAAS_PASSWORD: 'ü' }))?.authorization).toBe(basic('ä:ü'));
    expect((await by([], { ...hil, HAAS_USERNAME: 'ada' }, 'typed\n'))?.authorization).toBe(basic('ada:typed'));
    expect((await by([], { ...hil, HAAS_USERNAME: 'ada', HAAS_PASSWORD: 'x', HAAS_TOKEN: 't' }))?.authorization).toBe('Bearer t');
    expect((await by(['--login', 'eve'], { HAAS_TOKEN: 't' }, 'secret\r\n'))?.authorization).toBe(basic('eve:secret'));
    expect((await by(['--token', '-', '--endpoint', url], { HAAS_ENDPOINT: NOWHERE }, 'read\n'))?.authorization).toBe(
      'Bearer read',
    );
    expect((await by([], { HOME: join(home, 'nobody'), HAAS_ENDPOINT: `${url}/some/path?x=1` }))?.authorization).toBeUndefined();
    expect(received.every(({ path }) => path === '/v0/switches?limit=1000')).toBe(true);
  });

  test('a file that others can read is not used, and no other endpoint gets a token', async (t) => {
    const { url, received } = await recordingServer(t);
    const env = { HOME: await homeFolder(t) };
    expect(await haas(['list_switches'], env)).toMatchObject({ code: 2, err: expect.stringContaining('haas login http') });
    writeCredentials(env, { current: NOWHERE, endpoints: { [NOWHERE]: { token: 'other' } } });
    expect(((await stat(credentialsPath(env))).mode & 0o777).toString(8)).toBe('600');
    expect(await haas(['list_switches'], { ...env, HAAS_ENDPOINT: url })).toMatchObject({ code: 0 });
    expect(received[0]?.headers.authorization).toBeUndefined();
    await chmod(credentialsPath(env), 0o640);
    expect(await haas(['list_switches'], { ...env, HAAS_ENDPOINT: url })).toMatchObject({
      code: 3,
      err: expect.stringContaining('chmod 600'),
    });
  });

  test.each([
    ['ftp://haas.test', /must be the address/],
    ['haas.test', /must be the address/],
    ['http://ada:secret@haas.test', /must not hold a user/],
    ['ada:secret@haas.test', /must be the address/],
  ])('%s is no endpoint', async (endpoint, says) => {
    const said = await haas(['list_switches'], { HAAS_ENDPOINT: endpoint });
    expect(said).toMatchObject({ code: 2, err: expect.stringMatching(says) });
    expect(said.err).not.toContain('secret');
  });
});

describe('a token that no header can hold', () => {
  test.each([
    ['HAAS_TOKEN', 'haas_secret\nsecret'],
    ['HAAS_TOKEN', 'haas_secret…'],
    ['OS_TOKEN', 'secret\u0007'],
  ])('in %s is refused without a word of it', async (name, token) => {
    const said = await haas(['list_switches'], { HAAS_ENDPOINT: NOWHERE, [name]: token });
    expect(said).toMatchObject({ code: 2, err: expect.stringContaining(`token of ${name} holds a character`) });
    expect(said.err).not.toContain('secret');
  });
});

describe('signing in', () => {
  const token = { id: '7f3c', token: 'haas_made' };

  test('asks for no token that it could not read again', async (t) => {
    const { url, received } = await recordingServer(t, (_, response) => json(response, token));
    const env = { HOME: await homeFolder(t) };
    writeCredentials(env, { endpoints: {} });
    await chmod(credentialsPath(env), 0o644);
    expect(await haas(['login', url], env, 'ada\np\n')).toMatchObject({ code: 3, err: expect.stringContaining('chmod 600') });
    expect(received).toEqual([]);
  });

  test('revokes the token that it cannot keep, and says why', async (t) => {
    const { url, received } = await recordingServer(t, (_, response) => json(response, token));
    const home = await homeFolder(t);
    await writeFile(join(home, '.config'), 'no folder');
    expect(await haas(['login', url], { HOME: home }, 'ada\np\n')).toMatchObject({
      code: 1,
      err: expect.stringMatching(/credentials\.json cannot be read: .*ENOTDIR/),
    });
    expect(received).toEqual([]);
    await rm(join(home, '.config'));
    await mkdir(join(home, '.config'));
    // It leads nowhere: there is no file to read, and none can be made.
    await symlink('missing/deeper', join(home, '.config', 'haas'));
    expect(await haas(['login', url], { HOME: home }, 'ada\np\n')).toMatchObject({
      code: 1,
      err: expect.stringContaining('credentials.json cannot be written'),
    });
    expect(received.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /v0/auth/token',
      'DELETE /v0/auth/token/7f3c',
    ]);
  });

  test('keeps no token that somebody else took, who is no HaaS', async (t) => {
    const { url } = await recordingServer(t, (_, response) => response.end('<h1>Welcome</h1>'));
    const env = { HOME: await homeFolder(t) };
    expect(await haas(['login', url, '--token', '-'], env, 't\n')).toMatchObject({
      code: 1,
      err: expect.stringMatching(/answered 200: Welcome\nThat is no answer of HaaS/),
    });
  });
});

describe('answers', () => {
  test.each([[[]], [['--json']]])('of somebody who is no HaaS are no answers %j', async (options) => {
    const { url } = await recordingServer({ onTestFinished }, (_, response) => response.end('<h1>Wel\u001b[31mcome</h1>'));
    expect(await haas(['node', 'list', 'free', ...options], { HAAS_ENDPOINT: url })).toEqual({
      code: 1,
      out: '',
      err: expect.stringMatching(/answered 200: Wel\\u001b\[31mcome\nThat is no answer of HaaS/),
    });
  });

  test('are shown to people as tables, to scripts as they came; what has nothing to say says nothing', async (t) => {
    const node = {
      name: 'n1',
      project: null,
      nics: [{ label: 'eth0', networks: { 'vlan/native': 'net' } }],
      metadata: { rack: '"\u001b[31mA"' },
    };
    const { url } = await recordingServer(t, ({ path }, response) =>
      path.endsWith('n1') ? json(response, node) : response.end(),
    );
    const env = { HAAS_ENDPOINT: url, HAAS_TOKEN: 't' };
    const { out } = await haas(['node', 'show', 'n1'], env);
    expect(out).toBe(
      'name      n1\nproject   -\nmetadata  rack="\\u001b[31mA"\n\nnics\nLABEL  NETWORKS\neth0   vlan/native=net\n',
    );
    expect(await haas(['--json', 'node', 'show', 'n1'], env)).toEqual({ code: 0, out: `${JSON.stringify(node)}\n`, err: '' });
    expect(await haas(['node', 'delete', 'n2', '--json'], env)).toEqual({ code: 0, out: '', err: '' });
  });

  test('of lists are put together from all their pages, unless one is asked for', async (t) => {
    const { url, received } = await recordingServer(t, ({ path }, response) => {
      const { pathname, searchParams } = new URL(path, 'http://api');
      const after = Number(searchParams.get('after') ?? 0);
      const next = `<${pathname}?limit=2&after=${after + 2}>; rel="next"`;
      const entries = [after + 1, after + 2].map(String);
      json(
        response,
        pathname === '/v0/networks' ? Object.fromEntries(entries.map((name) => [name, {}])) : entries,
        200,
        after < 4 ? { Link: next } : {},
      );
    });
    const env = { HAAS_ENDPOINT: url };
    expect(await haas(['--json', 'node', 'list', 'all'], env)).toMatchObject({ out: '["1","2","3","4","5","6"]\n' });
    expect(received.map(({ path }) => path)).toEqual([
      '/v0/nodes/all?limit=1000',
      '/v0/nodes/all?limit=2&after=2',
      '/v0/nodes/all?limit=2&after=4',
    ]);
    expect(await haas(['node', 'list', 'all', '--limit', '2'], env)).toMatchObject({ out: '1\n2\n' });
    expect(JSON.parse((await haas(['--json', 'network', 'list'], env)).out)).toEqual({
      1: {},
      2: {},
      3: {},
      4: {},
      5: {},
      6: {},
    });
  });

  test.each([
    [
      400,
      problem('ValidationError', 'invalid_request', { errors: [{ path: 'body.x', msg: 'is wrong' }] }),
      1,
      /it is so \(invalid_request\)\n {2}body\.x: is wrong/,
    ],
    [401, problem('AuthorizationError', 'not_your_node'), 3, /it is so/],
    [404, problem('NotFoundError', 'unknown_node'), 4, /it is so/],
    [409, problem('BlockedError', 'busy', { msg: 'no\u001b[2Jt now' }), 5, /no\\u001b\[2Jt now/],
    [500, problem('InternalError', 'internal'), 1, /under request r1/],
    [502, problem('OBMError', 'bmc_failed'), 6, /it is so/],
    [503, problem('AllocationError', 'pool_exhausted'), 1, /it is so/],
    [503, problem('UnavailableError', 'database_unavailable'), 7, /it is so/],
    [502, '<html><h1>Bad gateway</h1>', 7, /answered 502: .*Bad gateway.*\nThat is no answer of HaaS/],
  ])('of status %i end with %j: exit code %i', async (status, body, code, says) => {
    const { url } = await recordingServer({ onTestFinished }, (_, response) => json(response, body, status));
    expect(await haas(['node_delete', 'n1'], { HAAS_ENDPOINT: url, HAAS_TOKEN: 't' })).toMatchObject({
      code,
      out: '',
      err: expect.stringMatching(says),
    });
  });

  test('that want a password, or something that was left out, say how it is given', async (t) => {
    const { url } = await recordingServer(t, (_, response) =>
      json(response, problem('AuthorizationError', 'password_required'), 403),
    );
    const env = { HAAS_ENDPOINT: url, HAAS_TOKEN: 't' };
    expect((await haas(['token', 'create', 'ci'], env)).err).toBe(
      'haas: it is so (password_required)\nFor this command: --login <user>; the password is asked for.\n',
    );
    expect(await haas(['node', 'list'], env)).toMatchObject({
      code: 2,
      err: expect.stringMatching(/<is_free> \(.*free.*\) is missing/),
    });
  });

  test('of 401 say how to sign in, and which credentials were not taken', async (t) => {
    const { url } = await recordingServer(t, (_, response) =>
      json(response, problem('AuthorizationError', 'not_authenticated'), 401, { 'WWW-Authenticate': 'Basic' }),
    );
    expect((await haas(['list_switches'], { HAAS_ENDPOINT: url })).err).toContain(`You are not signed in: haas login ${url}`);
    expect((await haas(['list_switches'], { HAAS_ENDPOINT: url, HIL_USERNAME: 'ada', HIL_PASSWORD: 'x' })).err).toContain(
      'the user ada of HIL_USERNAME',
    );
  });
});

describe('requests', () => {
  test('are sent again after a lost connection and when the API is busy, as the same request', async (t) => {
    const { url, received } = await recordingServer(t, (_, response, count) => {
      if (count === 1) response.destroy();
      else if (count === 2) json(response, problem('UnavailableError', 'database_unavailable'), 503, { 'Retry-After': '0' });
      else if (count === 3) json(response, problem('TooManyRequestsError', 'too_many_waiting'), 429, { 'Retry-After': '0' });
      else response.end();
    });
    const said = await haas(['project_connect_node', 'blue', 'n1'], { HAAS_ENDPOINT: url, HAAS_TOKEN: 't' });
    expect(said).toMatchObject({
      code: 0,
      err: expect.stringMatching(/connection was lost.*\n.*busy \(503\).*\n.*busy \(429\)/),
    });
    expect(received.map(({ body }) => body)).toEqual(Array(4).fill('{"node":"n1"}'));
    const keys = received.map(({ headers }) => headers['idempotency-key']);
    expect(keys[0]).toMatch(/^[\da-f-]{36}$/);
    expect(new Set(keys).size).toBe(1);
  });

  test('that are under way when the API goes away can be found again', async (t) => {
    const { url } = await recordingServer(t, ({ method }, response) => {
      if (method === 'GET') response.writeHead(502).end('Bad gateway');
      else json(response, { status_id: '0b7e4a2c' }, 202);
    });
    expect(await haas(['node', 'power', 'on', 'n1'], { HAAS_ENDPOINT: url, HAAS_TOKEN: 't' })).toMatchObject({
      code: 7,
      err: expect.stringMatching(/answered 502.*\n.*\n.*What becomes of it: haas networking-action show 0b7e4a2c\n$/),
    });
  });

  test('without credentials have no key, and are not repeated when they may have been carried out', async (t) => {
    const { url, received } = await recordingServer(t, (_, response) => response.destroy());
    expect(await haas(['project_create', 'blue'], { HAAS_ENDPOINT: url })).toMatchObject({ code: 7 });
    expect(received.map(({ headers }) => headers['idempotency-key'])).toEqual([undefined]);
  });

  test('follow a redirect with method and body, and show nobody else the credentials', async (t) => {
    const obmd = await recordingServer(t, (_, response) =>
      response.writeHead(200, { 'Content-Type': 'text/plain' }).end('login: '),
    );
    const { url, received } = await recordingServer(t, ({ path }, response) => {
      const location = path === '/v0/node/n1/boot_device' ? '/elsewhere' : `${obmd.url}/obmd?token=x`;
      response.writeHead(307, { Location: location }).end();
    });
    const env = { HAAS_ENDPOINT: url, HAAS_TOKEN: 't' };
    expect(await haas(['node', 'bootdev', 'n1', 'pxe'], env)).toEqual({ code: 0, out: 'login: ', err: '' });
    expect(received.map(({ method, headers, body }) => [method, headers.authorization, body])).toEqual(
      Array(2).fill(['PUT', 'Bearer t', '{"bootdev":"pxe"}']),
    );
    expect(obmd.received[0]).toMatchObject({ method: 'PUT', path: '/obmd?token=x', body: '{"bootdev":"pxe"}' });
    expect(obmd.received[0]?.headers.authorization).toBeUndefined();
    expect(await haas(['node', 'console', 'n1'], env)).toEqual({ code: 0, out: 'login: ', err: '' });
  });

  test('of a stream that breaks off say so, after what came', async (t) => {
    const { url } = await recordingServer(t, (_, response) => {
      response.writeHead(200, { 'Content-Type': 'text/plain; charset=utf-8' });
      response.write('login: ', () => response.destroy());
    });
    const said = await haas(['show_console', 'n1'], { HAAS_ENDPOINT: url });
    expect(said).toEqual({ code: 7, out: 'login: ', err: expect.stringContaining('the connection was lost') });
  });

  test('that reach nobody say why', async (t) => {
    const { url } = await recordingServer(t);
    const at = (endpoint: string) => haas(['list_switches'], { HAAS_ENDPOINT: endpoint });
    expect(await at(NOWHERE)).toMatchObject({
      code: 7,
      err: expect.stringMatching(/was not reached: nothing answers there \(ECONNREFUSED\): is the API running/),
    });
    expect(await at(url.replace('http:', 'https:'))).toMatchObject({
      code: 7,
      err: expect.stringContaining('does not speak TLS'),
    });
    expect(await at('http://haas.invalid')).toMatchObject({ code: 7, err: expect.stringContaining('no such host') });
  });

  test('take secrets from standard input', async (t) => {
    const { url, received } = await recordingServer(t);
    const env = { HAAS_ENDPOINT: url, HAAS_TOKEN: 't' };
    await haas(['user_create', 'eve', '-', 'admin'], env, 'pass word\n');
    await haas(['node', 'register', 'n1', 'ipmi', 'h', 'u', '-'], env, 'calvin');
    await haas(['node', 'register', 'n1', 'https://obmd', '-'], env, 't0ken\n');
    await haas(['user_set_admin', 'eve', '--password', '-'], env, 'p\n');
    await haas(['switch_update', 's1', '--password', '-'], env, 'q\n');
    await haas(['node_update', 'n1', '--data', '-'], env, '{"agent": "rack-1"}');
    expect(received.map(({ body }) => JSON.parse(body))).toEqual([
      { password: 'pass word', is_admin: true },
      { obm: { type: 'ipmi', host: 'h', user: 'u', password: 'calvin' } },
      { obmd: { uri: 'https://obmd', admin_token: 't0ken' } },
      { password: 'p' },
      { password: 'q' },
      { agent: 'rack-1' },
    ]);
    expect(await haas(['user_create', 'eve', '-'], env)).toMatchObject({
      code: 2,
      err: expect.stringContaining('nothing on standard input'),
    });
  });
});

describe('what a device has to do', () => {
  const ID = '0b7e4a2c-5d1f-4c8e-9a63-2f1d7c90b8e4';
  /** Answers 202, and then that the action ended so, when it was looked at twice. */
  const acting = (end: object) => {
    let looks = 0;
    return ({ path }: { path: string }, response: ServerResponse) => {
      if (!path.startsWith('/v0/networking_action/')) return json(response, { status_id: ID }, 202);
      looks += 1;
      return json(response, looks < 2 ? { status: 'PENDING', type: 'modify_port' } : { type: 'modify_port', ...end });
    };
  };
  const words = ['node', 'network', 'connect', 'n1', 'eth0', 'net'];

  test('is waited for, and told', async (t) => {
    const { url, received } = await recordingServer(t, acting({ status: 'DONE', error: null }));
    const said = await haas(words, { HAAS_ENDPOINT: url });
    expect(said).toEqual({ code: 0, out: expect.stringMatching(/status +DONE\n/), err: `action ${ID} is pending\n` });
    expect(received.at(-1)?.path).toBe(`/v0/networking_action/${ID}`);
  });

  test('is an error of its own when it fails', async (t) => {
    const { url } = await recordingServer(t, acting({ status: 'ERROR', error: 'the switch said no' }));
    expect(await haas(words, { HAAS_ENDPOINT: url })).toMatchObject({
      code: 6,
      out: '',
      err: expect.stringContaining('haas: the switch said no\n'),
    });
    expect(JSON.parse((await haas([...words, '--json'], { HAAS_ENDPOINT: url })).out)).toMatchObject({
      status_id: ID,
      status: 'ERROR',
    });
  });

  test('is looked at, and what cannot be reached is an error', async (t) => {
    let report: object = { ok: false, step: 'log-in', message: 'the switch did not accept the credentials' };
    const { url } = await recordingServer(t, (_, response) => json(response, report));
    const check = ['switch', 'check', 'sw1'];
    expect(await haas(check, { HAAS_ENDPOINT: url })).toEqual({
      code: 6,
      out: expect.stringMatching(/^ok +false\nstep +log-in\n/),
      err: 'haas: log-in: the switch did not accept the credentials\n',
    });
    report = { ok: true, version: 'NX-OS', ports: [] };
    expect(await haas(check, { HAAS_ENDPOINT: url })).toMatchObject({ code: 0, err: '' });
  });

  test('is not waited for with --no-wait, nor longer than --timeout', async (t) => {
    const { url, received } = await recordingServer(t, ({ path }, response) =>
      path.includes('action') ? json(response, { status: 'PENDING' }) : json(response, { status_id: ID }, 202),
    );
    const env = { HAAS_ENDPOINT: url };
    expect(await haas([...words, '--no-wait'], env)).toEqual({ code: 0, out: `${ID}\n`, err: '' });
    expect(received[0]?.headers['prefer']).toBe('respond-async');
    expect(await haas(['--json', '--no-wait', ...words], env)).toMatchObject({ out: `{"status_id":"${ID}"}\n` });
    expect(await haas([...words, '--timeout', '0'], env)).toMatchObject({
      code: 8,
      out: '',
      err: expect.stringContaining(`haas networking-action show ${ID}`),
    });
    expect(received.at(-2)?.headers['prefer']).toBe('wait=0');
  });

  test('of several nodes is told of each; one that failed is told of again', async (t) => {
    const [one, two] = [ID, ID.replace('0', '1')];
    const pending = (id: string) => ({ status: 'PENDING', status_id: id });
    const { url } = await recordingServer(t, ({ path }, response) => {
      if (path.endsWith(one)) return json(response, { status: 'DONE', type: 'power_on' });
      if (path.endsWith(two)) return json(response, { status: 'ERROR', error: 'no answer', type: 'power_on' });
      return json(response, { results: { n1: pending(one), n2: pending(two) } }, 202);
    });
    const said = await haas(['project', 'power', 'blue', 'on', 'n1', 'n2'], { HAAS_ENDPOINT: url });
    expect(said).toMatchObject({ code: 6, out: expect.stringMatching(/n1 +DONE[\s\S]*n2 +ERROR/), err: 'haas: n2: no answer\n' });
  });
});

describe('signing in', () => {
  test('keeps a token in place of the password, revokes the one before, and signing out revokes it', async (t) => {
    const { url, received } = await recordingServer(t, ({ method }, response, count) =>
      method === 'POST' ? json(response, { id: `id${count}`, token: `haas_${count}`, name: 'x' }) : response.end(),
    );
    const env = { XDG_CONFIG_HOME: await homeFolder(t) };
    expect(await haas(['login', `${url}/v0`, '--expires-in', '60'], env, 'ada\nsecret\n')).toMatchObject({
      code: 0,
      out: '',
      err: `Signed in at ${url} as ada.\n`,
    });
    expect(received[0]).toMatchObject({
      method: 'POST',
      path: '/v0/auth/token',
      headers: { authorization: basic('ada:secret') },
    });
    expect(JSON.parse(received[0]?.body ?? '')).toEqual({ name: expect.stringMatching(/^haas of /), expires_in: 60 });
    const kept = await readFile(credentialsPath(env), 'utf8');
    expect(kept).toContain('haas_1');
    expect(kept).not.toContain('secret');
    await haas(['node_delete', 'n1'], env);
    expect(received.at(-1)?.headers.authorization).toBe('Bearer haas_1');

    await haas(['login', '--login', 'ada', '--name', 'laptop'], env, 'secret\n');
    expect(JSON.parse(received.at(-2)?.body ?? '')).toEqual({ name: 'laptop' });
    expect(received.at(-1)).toMatchObject({
      method: 'DELETE',
      path: '/v0/auth/token/id1',
      headers: { authorization: 'Bearer haas_1' },
    });

    expect(await haas(['logout'], env)).toMatchObject({ code: 0 });
    expect(received.at(-1)).toMatchObject({
      method: 'DELETE',
      headers: { authorization: expect.stringMatching(/^Bearer haas_/) },
    });
    expect(JSON.parse(await readFile(credentialsPath(env), 'utf8'))).toEqual({ endpoints: {} });
    expect(await haas(['logout', url], env)).toMatchObject({ code: 3, err: expect.stringContaining('nobody is signed in') });
  });

  test('forgets a token that cannot be revoked only when told to', async (t) => {
    const env = { XDG_CONFIG_HOME: await homeFolder(t) };
    writeCredentials(env, { current: NOWHERE, endpoints: { [NOWHERE]: { token: 't', id: '1' } } });
    expect(await haas(['logout'], env)).toMatchObject({ code: 7 });
    expect(await readFile(credentialsPath(env), 'utf8')).toContain('"t"');
    expect(await haas(['logout', '--forget'], env)).toMatchObject({ code: 0 });
    expect(await readFile(credentialsPath(env), 'utf8')).not.toContain('"t"');
  });
});
