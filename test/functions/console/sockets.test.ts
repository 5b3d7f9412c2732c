import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { createApp } from '../../../functions/app.ts';
import { serveSession } from '../../../functions/console/stream/session.ts';
import type { ConsoleEvent } from '../../../functions/console/stream/view.ts';
import { anonymous } from '../../../functions/http/caller.ts';
import { operations } from '../../../functions/operations.ts';
import { startApiProcess } from '../../support/api-process.ts';
import { bmcAgent } from '../../support/bmc-agent.ts';
import {
  apiOnSocket,
  connectSocket,
  consoleAgent,
  consoleWorld,
  openSocket,
  release,
  typedAt,
} from '../../support/console-viewers.ts';
import { until } from '../../support/until.ts';
import { basic, type World } from '../../support/world.ts';

const V1 = { protocol: 'haas.console.v1' };
const writer = async (w: World) => (await w.sql`select writer from consoles where released_at is null`)[0]?.['writer'];
const inputs = (w: World) => w.sql`select id from commands where kind like 'console.%' and kind <> 'console.open'`;

describe('a WebSocket without a subprotocol', () => {
  test('shows what a plain client is shown, and says how to type to whoever only watches', async (t) => {
    const w = await consoleWorld(t);
    const agent = await consoleAgent(t, w);
    const api = await apiOnSocket(t, w);
    await agent.say('login: ');
    const ada = await openSocket(t, api, 'ada');
    await ada.sees('login: ');
    ada.type('root\r');
    ada.control('root\r');
    await ada.sees('\r\n[HaaS: you only watch: connect with ?write=take to type');
    await agent.say('still there');
    await ada.sees('still there');
    expect(ada.text().match(/HaaS/g)).toHaveLength(1);
    expect(await inputs(w)).toEqual([]);
    await release(w, 'blue');
    expect(await ada.closed).toBe(1000);
    expect(ada.text()).toContain('[HaaS: the node was released]');
  });

  test('types, in order, what nobody can read in the database', async (t) => {
    const w = await consoleWorld(t);
    const agent = await consoleAgent(t, w);
    const typed = await typedAt(w);
    const ada = await openSocket(t, await apiOnSocket(t, w), 'ada', '?write=take');
    expect(await writer(w)).toBe('ada');
    for (const key of 'Tr0ub4dor&3\r') ada.type(key);
    ada.control('as text\r');
    await until(() => typed().join('') === 'Tr0ub4dor&3\ras text\r', 'all was typed');
    await agent.say('as text\r\n');
    await ada.sees('as text');
    const tables = await w.sql`select table_name as name from information_schema.tables where table_schema = 'public'`;
    for (const { name } of tables) {
      for (const secret of ['Tr0ub4dor', Buffer.from('Tr0ub4dor').toString('base64').slice(0, 11)]) {
        expect(await w.sql`select from ${w.sql(name)} t where t::text like ${`%${secret}%`}`, name).toHaveLength(0);
      }
    }
    const signed = await w.sql`select signed from commands where kind = 'console.input'`;
    expect(signed.length).toBeGreaterThan(0);
    for (const row of signed)
      expect(Buffer.from(String(row['signed']).split('.')[1] ?? '', 'base64url').toString()).not.toContain('Tr0ub4');
  });

  test('leaves one entry in the audit when it types, and none when it only watches', async (t) => {
    const w = await consoleWorld(t);
    await consoleAgent(t, w);
    const typed = await typedAt(w);
    const api = await apiOnSocket(t, w);
    const root = await openSocket(t, api, 'root');
    root.type('x');
    await root.sees('you only watch');
    const ada = await openSocket(t, api, 'ada', '?write=take');
    ada.type('one\r');
    await until(() => typed().join('') === 'one\r', 'the first was typed');
    ada.type('two\r');
    await until(() => typed().join('') === 'one\rtwo\r', 'both were typed');
    const [entry, ...more] = await w.sql`select * from audit where event = 'console_input'`;
    expect(more).toEqual([]);
    expect(entry).toMatchObject({
      actor: 'ada',
      address: '127.0.0.1',
      node: 'n1',
      subject: { node: 'n1' },
      details: { web_socket: true },
      result: { status: 'ordered' },
    });
    expect(await w.sql`select event from audit where cause = ${entry?.['id']}`).toContainEqual({ event: 'command_ended' });
  });

  test('takes a long paste in pieces that a command can hold, and loses nothing of it', async (t) => {
    const w = await consoleWorld(t);
    await consoleAgent(t, w);
    const typed = await typedAt(w);
    const ada = await openSocket(t, await apiOnSocket(t, w), 'ada', '?write=take');
    const paste = Array.from({ length: 20_000 }, (_, n) => `line ${n}\r`).join('');
    for (let at = 0; at < paste.length; at += 10_000) ada.type(paste.slice(at, at + 10_000));
    await until(() => typed().join('').length >= paste.length, 'all was typed');
    expect(typed().join('')).toBe(paste);
    expect(Math.max(...typed().map((piece) => piece.length))).toBe(4096);
  });

  test('says when what was typed did not reach the machine, and types nothing that follows on it', async (t) => {
    const w = await consoleWorld(t);
    await consoleAgent(t, w);
    await bmcAgent(w, ({ kind }) =>
      kind === 'console.input' ? { status: 'failed', reason: 'unreachable', message: 'the BMC is away' } : null,
    );
    const ada = await openSocket(t, await apiOnSocket(t, w), 'ada', '?write=take');
    ada.type('reboot\r');
    await ada.sees('[HaaS: what you typed did not reach the machine: the BMC is away]');
  });

  test('does not say that nothing was typed where nobody can tell', async (t) => {
    const w = await consoleWorld(t);
    await consoleAgent(t, w);
    await bmcAgent(w, ({ kind }) =>
      kind === 'console.input' ? { status: 'unknown', reason: 'unproven', message: 'the line was lost' } : null,
    );
    const ada = await openSocket(t, await apiOnSocket(t, w), 'ada', '?write=take');
    ada.type('reboot\r');
    await ada.sees('[HaaS: what you typed may not have reached the machine: the line was lost]');
  });
});

describe('the right to type', () => {
  test("is one user's at a time, across processes; it is taken, stolen, and given back by leaving", async (t) => {
    const w = await consoleWorld(t);
    await consoleAgent(t, w);
    const typed = await typedAt(w);
    const [first, second] = [await apiOnSocket(t, w), await startApiProcess(t, w)];
    const ada = await openSocket(t, first, 'ada', '?write=take');
    expect(await connectSocket(t, second, 'root', '?write=take')).toMatchObject({ status: 409, body: { code: 'console_taken' } });
    expect(await w.call('root', 'POST', '/node/n1/console/input', { data: 'x' })).toMatchObject({ status: 409 });
    const state = () => w.call('ada', 'GET', '/node/n1/console/state');
    expect((await state()).body).toMatchObject({ writer: { user: 'ada', since: expect.any(String) } });

    const root = await openSocket(t, second, 'root', '?write=steal');
    await ada.sees('[HaaS: root took the right to type: you only watch now]');
    ada.type('of ada');
    await ada.sees('[HaaS: you only watch: root types now; connect');
    root.type('of root');
    await until(() => typed().join('') === 'of root', 'root types');
    expect((await state()).body).toMatchObject({ writer: { user: 'root' } });

    root.leave();
    await until(async () => (await writer(w)) === null, 'nobody has it');
    expect((await state()).body).toMatchObject({ writer: null });
    await openSocket(t, first, 'ada', '?write=take');
  });

  test('is lost by whoever is not heard of any more', async (t) => {
    const w = await consoleWorld(t);
    await consoleAgent(t, w);
    const [first, second] = [await startApiProcess(t, w), await apiOnSocket(t, w)];
    await openSocket(t, first, 'ada', '?write=take');
    await first.kill();
    expect(await connectSocket(t, second, 'root', '?write=take')).toMatchObject({ status: 409 });
    await w.sql`update consoles set writer_seen_at = writer_seen_at - interval '15 s'`;
    expect((await w.call('ada', 'GET', '/node/n1/console/state')).body).toMatchObject({ writer: null });
    await openSocket(t, second, 'root', '?write=take');
    expect(await writer(w)).toBe('root');
  });

  test('is kept by whoever stays', async (t) => {
    const w = await consoleWorld(t);
    await consoleAgent(t, w);
    await openSocket(t, await apiOnSocket(t, w), 'ada', '?write=take');
    await w.sql`update consoles set writer_seen_at = now() - interval '14 s'`;
    await until(async () => {
      const [row] = await w.sql`select writer_seen_at > now() - interval '10 s' as fresh from consoles`;
      return row?.['fresh'] === true;
    }, 'it was renewed');
  });

  test('is given back by whoever goes away in the middle of a long paste', async (t) => {
    const w = await consoleWorld(t);
    await consoleAgent(t, w);
    const ada = await openSocket(t, await apiOnSocket(t, w), 'ada', '?write=take');
    // Nobody types any of it: more is on its way than waits to be typed.
    for (let n = 0; n < 14; n += 1) ada.type(Buffer.alloc(10_000, 'x'));
    await until(async () => (await inputs(w)).length === 1, 'the first of it is to be typed');
    ada.leave();
    await until(async () => (await writer(w)) === null, 'nobody has it');
  });

  test('is given back when the console cannot be shown any more, whatever the client asks for meanwhile', async (t) => {
    const w = await consoleWorld(t);
    const { id: console } = await consoleAgent(t, w);
    const ada = { ...anonymous, label: 'ada' };
    const gone = new AbortController();
    let closing = () => {};
    const closed = new Promise<void>((resolve) => {
      closing = resolve;
    });
    async function* messages() {
      await closed;
      // The client has not heard yet that the connection ends.
      yield { data: Buffer.from('{"type": "take"}'), isBinary: false };
      gone.abort();
    }
    // biome-ignore lint/correctness/useYield: it fails before there is anything.
    async function* failing(): AsyncGenerator<ConsoleEvent, void> {
      throw new Error('a defect');
    }
    const socket = {
      protocol: V1.protocol,
      messages: messages(),
      gone: gone.signal,
      send: async () => {},
      close: () => closing(),
    };
    const nobody = () => Promise.reject(new Error('nobody types'));
    const machine = { of: 'node' as const, label: 'n1', reach: nobody };
    const { services } = w;
    const session = { services, sql: services.database.$client, caller: ada, machine, console, mayType: false, record: nobody };
    const served = serveSession({ ...session, session: randomUUID() }, socket, failing());
    await until(() => gone.signal.aborted, 'it asked');
    await served;
    expect(await writer(w)).toBeNull();
  });

  test('does not outlast the node, nor the rights of the user', async (t) => {
    const w = await consoleWorld(t);
    await consoleAgent(t, w);
    const typed = await typedAt(w);
    const ada = await openSocket(t, await apiOnSocket(t, w), 'ada', '?write=take');
    await w.arrange('POST', '/auth/basic/user/ada/remove_project', { project: 'blue' });
    ada.type('rm -rf /\r');
    expect(await ada.closed).toBe(1000);
    await until(async () => (await writer(w)) === null, 'nobody has it');
    expect(typed()).toEqual([]);
    expect(await w.sql`select from audit where event = 'console_input'`).toEqual([]);
  });
});

describe('haas.console.v1', () => {
  test('tells output, notices, the state and the writer apart', async (t) => {
    const w = await consoleWorld(t);
    const agent = await consoleAgent(t, w);
    const typed = await typedAt(w);
    const api = await apiOnSocket(t, w);
    await agent.say('login: ');
    const [ada, root] = [await openSocket(t, api, 'ada', '', V1), await openSocket(t, api, 'root', '', V1)];
    await ada.isTold({ type: 'state', state: 'open', problem: null });
    await ada.isTold({ type: 'writer', user: null, you: false });

    ada.type('too early');
    await ada.isTold({
      type: 'error',
      code: 'not_writing',
      message: 'you only watch: send {"type": "take"} to type, or {"type": "steal"} to take the right from whoever has it',
    });
    ada.control({ type: 'take' });
    await ada.isTold({ type: 'writer', user: 'ada', you: true });
    await root.isTold({ type: 'writer', user: 'ada', you: false });
    ada.type('root\r');
    ada.control({ type: 'break' });
    ada.type('b');
    await until(() => typed().join('') === 'root\r<break>b', 'all was typed in order');

    root.control({ type: 'take' });
    await root.isTold({ type: 'error', code: 'console_taken' });
    root.control({ type: 'steal' });
    await ada.isTold({ type: 'notice', message: 'root took the right to type: you only watch now' });
    await ada.isTold({ type: 'writer', user: 'root', you: false });
    root.control({ type: 'release' });
    await until(async () => (await writer(w)) === null, 'nobody has it');

    for (const nonsense of ['{', '[]', '{"type": "fly"}', '{"type": "take", "more": 1}']) root.control(nonsense);
    await until(() => root.told().filter((each) => Object(each).code === 'not_understood').length === 4, 'all are refused');

    await agent.gap('the BMC restarted');
    await agent.line('down', 'it fell silent');
    await ada.isTold({ type: 'notice', message: 'the BMC restarted' });
    await ada.isTold({ type: 'state', state: 'down', problem: 'it fell silent' });
    expect(ada.text()).toBe('login: ');
    await w.arrange('DELETE', '/node/n1/console');
    await ada.isTold({ type: 'notice', message: 'logging was stopped' });
    expect(await ada.closed).toBe(1000);
  });
});

describe('before there is a WebSocket', () => {
  test('requests are refused as any other is', async (t) => {
    const w = await consoleWorld(t);
    const api = await apiOnSocket(t, w);
    const refused = (user: string, query = '', headers = {}) => connectSocket(t, api, user, query, { headers });
    expect(await refused('nobody')).toMatchObject({ status: 401, body: { code: 'not_authenticated' } });
    expect(await refused('bob')).toMatchObject({ status: 401, body: { code: 'not_your_node' } });
    expect(await refused('ada', '?tail=x')).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    expect(await refused('ada', '', { origin: 'http://evil.test' })).toMatchObject({
      status: 401,
      body: { code: 'foreign_origin' },
    });
    await w.sql`update nodes set obm_enabled = false`;
    expect(await refused('ada')).toMatchObject({ status: 409, body: { code: 'obm_disabled' } });
    await w.sql`update nodes set obm_type = null, obm_host = null, obm_port = null, obm_sealed = null, obm_enabled = true,
      obmd_uri = 'http://obmd.test/n1', obmd_token = '', obmd_session = ${w.services.secrets.encrypt('t0ken')}`;
    expect(await refused('ada')).toMatchObject({ status: 307, location: 'http://obmd.test/n1/console?token=t0ken' });
    await w.sql`update nodes set label = 'n2'`;
    expect(await refused('ada')).toMatchObject({ status: 404 });
  });

  /** Sends a request by hand, and answers what comes back until the connection ends. */
  const raw = (url: string, path: string, upgrade: string, body?: string) =>
    new Promise<string>((resolve, reject) => {
      const { port } = new URL(url);
      const socket = connect(Number(port), '127.0.0.1');
      let text = '';
      socket.on('data', (part) => {
        text += String(part);
      });
      socket.on('error', reject);
      socket.on('close', () => resolve(text));
      const headers = [`Host: 127.0.0.1:${port}`, `Authorization: ${basic('ada')}`, 'Connection: Upgrade', `Upgrade: ${upgrade}`];
      if (body !== undefined) headers.push(`Content-Length: ${body.length}`);
      const method = body === undefined ? 'GET' : 'POST';
      socket.write(`${method} /v0/node/n1/${path} HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n${body ?? ''}`);
    });

  test('other protocols that clients would rather speak are passed over', async (t) => {
    const w = await consoleWorld(t);
    const { url } = await apiOnSocket(t, w);
    const answer = await raw(url, 'console/logs', 'h2c');
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(answer).toContain('[]');
  });

  test.for(['h2c', 'websocket'])('a change is not carried out without its body where %s is asked for', async (protocol, t) => {
    const w = await consoleWorld(t);
    await consoleAgent(t, w);
    const typed = await typedAt(w);
    const { url } = await apiOnSocket(t, w);
    expect(await raw(url, 'console/input', protocol, '{"data": "root"}')).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(typed()).toEqual(['root']);
  });

  test('half a handshake is refused, and takes no right to type', async (t) => {
    const w = await consoleWorld(t);
    await consoleAgent(t, w);
    const { url } = await apiOnSocket(t, w);
    const answer = await raw(url, 'console?write=take', 'websocket');
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(answer).toContain('invalid_request');
    expect(await writer(w)).toBeNull();
  });

  test('a host that has none says so', async (t) => {
    const w = await consoleWorld(t);
    const answer = await createApp(w.services, operations).request('http://haas.test/v0/node/n1/console', {
      headers: { authorization: basic('ada'), upgrade: 'websocket' },
    });
    expect(answer.status).toBe(501);
    expect(await answer.json()).toMatchObject({ type: 'NotImplementedError', code: 'no_web_socket' });
  });
});

test('when the API stops, sockets are closed, and it waits for none', async (t) => {
  const w = await consoleWorld(t);
  const agent = await consoleAgent(t, w);
  const api = await apiOnSocket(t, w);
  const [plain, control] = [await openSocket(t, api, 'ada', '?write=take'), await openSocket(t, api, 'root', '', V1)];
  await agent.say('x');
  await plain.sees('x');
  await api.stop();
  expect(await plain.closed).toBe(1001);
  expect(await control.closed).toBe(1001);
  expect(plain.text()).toContain('[HaaS: the API stops: connect again]');
});
