import { once } from 'node:events';
import { createServer } from 'node:net';
import { pino } from 'pino';
import { expect, type TestContext, test } from 'vitest';
import { z } from 'zod';
import { operations } from '../../functions/operations.ts';
import { readSettings } from '../../functions/settings.ts';
import { openApi } from '../../infra/hosts/api.ts';
import { agentStateFolder, startAgentProcess } from '../support/agent-process.ts';
import { bmcAgent } from '../support/bmc-agent.ts';
import { consoleAgent } from '../support/console-viewers.ts';
import { offerHeadnodes } from '../support/headnodes.ts';
import { hilCalls } from '../support/hil-calls.ts';
import { FailedApiCall, HilCommands, HilLibrary } from '../support/hil-client.ts';
import { startObmd } from '../support/obmd.ts';
import { dumps, PythonSession, quote } from '../support/python-requests.ts';
import { drivenNode, reserve } from '../support/rack.ts';
import { apiKeys, makeWorld, type World } from '../support/world.ts';

// The predecessor's clients are programs of Python 2: what they send is sent here byte for byte, and its answers are read as they do.

const PASSWORD = 'correct horse';
const logLine = z.object({ operation: z.string().optional(), status: z.int().optional() });
const promised = z.strictObject({ status_id: z.uuid() });
const action = z.looseObject({ status: z.string() });
const shownNode = z.looseObject({
  nics: z.array(z.looseObject({ networks: z.unknown(), switch: z.string(), port: z.string() })),
});

/** Calls that a client made with success, in any of these tests. */
const made = new Set<string>();

/** Serves a world as in production; answers its address, as people put it into HIL_ENDPOINT. */
async function endpointOf(t: TestContext, w: World): Promise<string> {
  const log = pino(
    { level: 'debug' },
    {
      write(line) {
        const { operation, status = 500 } = logLine.parse(JSON.parse(line));
        if (operation !== undefined && status < 400) made.add(operation);
      },
    },
  );
  const host = await openApi({ databaseUrl: w.database.apiUrl, keys: apiKeys, settings: readSettings({}), log, connections: 4 });
  t.onTestFinished(() => host.close());
  const { port } = await host.listen({ hostname: '127.0.0.1', port: 0 }, operations);
  return `http://127.0.0.1:${port}`;
}

const libraryOf = (t: TestContext, endpoint: string, user = 'root', password = PASSWORD) =>
  new HilLibrary(new PythonSession(t, [user, password]), endpoint);

/** Asks again and again, without a pause, as `hil project node remove --force` does; answers how the action ended. */
async function outcome(hil: HilLibrary, answer: unknown) {
  const { status_id: id } = promised.parse(answer);
  for (const end = Date.now() + 10_000; Date.now() < end; ) {
    const shown = action.parse(await hil.node.showNetworkingAction(id));
    if (shown.status !== 'PENDING') return shown;
  }
  throw new Error('the action does not end');
}

/** `hil project node remove PROJECT NODE --force`. */
async function forceRemove(hil: HilLibrary, project: string, node: string): Promise<void> {
  await hil.node.disableObm(node);
  const { nics } = shownNode.parse(await hil.node.show(node));
  const answers: unknown[] = [];
  for (const nic of nics) if ('networks' in nic) answers.push(await hil.port.revert(nic.switch, nic.port));
  for (const answer of answers) expect(await outcome(hil, answer)).toMatchObject({ status: 'DONE' });
  await hil.project.detach(project, node);
}

const nothing = undefined;

test('its library does with HaaS whatever it did with its own server', { timeout: 60_000 }, async (t) => {
  const w = await makeWorld(t);
  await startAgentProcess(t, w, await agentStateFolder(t));
  const endpoint = await endpointOf(t, w);
  // Whatever path people put there is dropped.
  const hil = libraryOf(t, `${endpoint}/whatever/path`);

  expect(await hil.extensions.listActive()).toEqual(
    expect.arrayContaining(['hil.ext.auth.database', 'hil.ext.network_allocators.vlan_pool', 'hil.ext.switches.mock']),
  );

  // `hil user create carol ... regular`, `hil user set-admin carol admin`
  expect(await hil.user.create('carol', 's3cret ü', false)).toBe(nothing);
  expect(await hil.user.list()).toMatchObject({ carol: { is_admin: false, projects: [] } });
  expect(await hil.user.setAdmin('carol', true)).toBe(nothing);
  expect(await hil.user.setAdmin('carol', false)).toBe(nothing);
  expect(await hil.user.add('carol', 'blue')).toBe(nothing);
  expect(await hil.user.list()).toMatchObject({ carol: { is_admin: false, projects: ['blue'] } });
  expect(await libraryOf(t, endpoint, 'carol', 's3cret ü').project.nodesIn('blue')).toEqual([]);
  expect(await hil.user.remove('carol', 'blue')).toBe(nothing);
  expect(await hil.user.delete('carol')).toBe(nothing);

  // Every character that the library lets through.
  const odd = "a Z-9$_.+!*'(),";
  expect(await hil.project.create(odd)).toBe(nothing);
  expect(await hil.project.list()).toEqual([odd, 'blue', 'red']);
  expect(await hil.project.nodesIn(odd)).toEqual([]);
  expect(await hil.project.networksIn(odd)).toEqual([]);
  expect(await hil.project.delete(odd)).toBe(nothing);

  // `hil switch register sw mock mockhost mockuser mockpass`
  expect(await hil.switch.register('sw', 'mock', { hostname: 'mockhost', username: 'mockuser', password: 'mockpass' })).toBe(
    nothing,
  );
  expect(await hil.switch.list()).toEqual(['sw']);
  for (const port of ['gi1/0/5', 'gi1/0/6']) expect(await hil.port.register('sw', port)).toBe(nothing);
  expect(await hil.port.delete('sw', 'gi1/0/6')).toBe(nothing);
  expect(await hil.switch.show('sw')).toMatchObject({
    name: 'sw',
    ports: [{ label: 'gi1/0/5' }],
    capabilities: ['nativeless-trunk-mode'],
  });
  expect(await hil.port.show('sw', 'gi1/0/5')).toEqual({});

  // `haas node_register n1 mock bmc user password`, of 2016
  expect(await hil.node.registerWithObm('n1', 'mock', 'bmc', 'user', 'password')).toBe(nothing);
  for (const nic of ['eth0', 'eth1']) expect(await hil.node.addNic('n1', nic, '52:54:00:00:00:01')).toBe(nothing);
  expect(await hil.node.removeNic('n1', 'eth1')).toBe(nothing);
  expect(await hil.node.metadataSet('n1', 'pk', 'a "key"')).toBe(nothing);
  expect(await hil.node.list('free')).toEqual(['n1']);
  expect(await hil.port.connectNic('sw', 'gi1/0/5', 'n1', 'eth0')).toBe(nothing);
  expect(await hil.port.show('sw', 'gi1/0/5')).toMatchObject({ node: 'n1', nic: 'eth0', networks: {} });
  expect(await hil.project.connect('blue', 'n1')).toBe(nothing);
  expect(await hil.project.nodesIn('blue')).toEqual(['n1']);
  expect(await hil.node.list('free')).toEqual([]);
  expect(await hil.node.list('all')).toEqual(['n1']);
  expect(await hil.node.show('n1')).toMatchObject({
    name: 'n1',
    project: 'blue',
    nics: [{ label: 'eth0', macaddr: '52:54:00:00:00:01', switch: 'sw', port: 'gi1/0/5', networks: {} }],
    metadata: { pk: '"a \\"key\\""' },
  });
  expect(await hil.node.metadataDelete('n1', 'pk')).toBe(nothing);

  for (const network of ['net', 'storage']) expect(await hil.network.create(network, 'blue', 'blue', '')).toBe(nothing);
  expect(await hil.network.list()).toMatchObject({ net: { network_id: '100', projects: ['blue'] } });
  expect(await hil.project.networksIn('blue')).toEqual(['net', 'storage']);
  expect(await hil.network.grantAccess('red', 'net')).toBe(nothing);
  expect(await hil.network.show('net')).toMatchObject({
    name: 'net',
    owner: 'blue',
    access: expect.arrayContaining(['blue', 'red']),
    channels: ['vlan/native', 'vlan/100'],
    'connected-nodes': {},
  });
  expect(await hil.network.revokeAccess('red', 'net')).toBe(nothing);

  const connected = await outcome(hil, await hil.node.connectNetwork('n1', 'eth0', 'net', 'vlan/native'));
  const about = { status: 'DONE', node: 'n1', nic: 'eth0' };
  expect(connected).toMatchObject({ ...about, type: 'modify_port', channel: 'vlan/native', new_network: 'net' });
  expect(await hil.network.show('net')).toMatchObject({ 'connected-nodes': { n1: ['eth0'] } });
  for (const project of ['all', 'blue']) {
    expect(await hil.network.listAttachments('net', project)).toMatchObject({
      n1: { nic: 'eth0', channel: 'vlan/native', project: 'blue' },
    });
  }
  expect(await hil.network.listAttachments('net', 'red')).toEqual({});
  const detached = await outcome(hil, await hil.node.detachNetwork('n1', 'eth0', 'net'));
  expect(detached).toMatchObject({ ...about, type: 'modify_port', channel: 'vlan/native', new_network: null });
  // `hil node network connect n1 eth0 net`: the channel that nobody named is sent as "".
  expect(await outcome(hil, await hil.node.connectNetwork('n1', 'eth0', 'net', ''))).toMatchObject({ channel: 'vlan/native' });
  const reverted = await outcome(hil, await hil.port.revert('sw', 'gi1/0/5'));
  expect(reverted).toMatchObject({ ...about, type: 'revert_port', channel: '', new_network: null });

  expect(await hil.node.enableObm('n1')).toBe(nothing);
  expect(await hil.node.powerOff('n1')).toBe(nothing);
  expect(await hil.node.powerStatus('n1')).toMatchObject({ power_status: 'off' });
  expect(await hil.node.powerOn('n1')).toBe(nothing);
  expect(await hil.node.powerCycle('n1')).toBe(nothing);
  expect(await hil.node.powerCycle('n1', true)).toBe(nothing);
  expect(await hil.node.powerStatus('n1')).toMatchObject({ power_status: 'on' });
  for (const device of ['pxe', 'disk', 'none']) expect(await hil.node.setBootdev('n1', device)).toBe(nothing);

  // `hil project node remove blue n1 --force`
  await outcome(hil, await hil.node.connectNetwork('n1', 'eth0', 'net', 'vlan/native'));
  await outcome(hil, await hil.node.connectNetwork('n1', 'eth0', 'storage', 'vlan/101'));
  await forceRemove(hil, 'blue', 'n1');
  expect(await hil.node.list('free')).toEqual(['n1']);
  expect(await hil.node.show('n1')).toMatchObject({ project: null, nics: [{ networks: {} }] });

  expect(await hil.port.detachNic('sw', 'gi1/0/5')).toBe(nothing);
  expect(await hil.port.delete('sw', 'gi1/0/5')).toBe(nothing);
  expect(await hil.switch.delete('sw')).toBe(nothing);
  expect(await hil.node.removeNic('n1', 'eth0')).toBe(nothing);
  expect(await hil.node.delete('n1')).toBe(nothing);
  for (const network of ['net', 'storage']) expect(await hil.network.delete(network)).toBe(nothing);
  expect(await hil.project.delete('red')).toBe(nothing);
});

test('what it asks in vain raises what it raised, with a message', async (t) => {
  const w = await makeWorld(t);
  const endpoint = await endpointOf(t, w);
  const hil = libraryOf(t, endpoint);
  await hil.node.register('n1', 'http://obmd.test', 'token');
  const raises = async (type: string, call: Promise<unknown>) => {
    const error = await call.catch((each: unknown) => each);
    if (!(error instanceof FailedApiCall)) throw new Error(`${type} was not raised`);
    expect([error.errorType, error.message]).toEqual([type, expect.stringMatching(/\w{3}/)]);
  };
  await raises('DuplicateError', hil.project.create('blue'));
  await raises('NotFoundError', hil.node.show('n2'));
  await raises('NotFoundError', hil.node.showNetworkingAction('nope'));
  await raises('BlockedError', hil.node.powerOff('n1'));
  await raises('BadArgumentError', hil.switch.register('sw', 'unheard-of', { hostname: 'a', username: 'b', password: 'c' }));
  await raises('BadArgumentError', hil.network.create('net', 'blue', 'red', ''));
  await raises('ValidationError', hil.user.create('carol', '', false));
  await raises(
    'ProjectMismatchError',
    hil.node.connectNetwork('n1', 'eth0', 'net', '').catch(async () => {
      await hil.node.addNic('n1', 'eth0', 'Unknown');
      await hil.network.create('net', 'admin', '', '');
      return hil.node.connectNetwork('n1', 'eth0', 'net', '');
    }),
  );
  await raises('IllegalStateError', hil.user.setAdmin('root', false));
  await raises('AuthorizationError', libraryOf(t, endpoint, 'ada').project.list());
  await raises('AuthorizationError', libraryOf(t, endpoint, 'root', 'wrong').project.list());
  await raises('AuthorizationError', libraryOf(t, endpoint, 'ghost').project.list());
  await raises('AuthorizationError', new HilLibrary(new PythonSession(t), endpoint).project.list());
});

test('a node with obmd sends it there, with method and body and without its password', async (t) => {
  const w = await makeWorld(t);
  const obmd = await startObmd(t);
  const hil = libraryOf(t, await endpointOf(t, w));
  expect(await hil.node.register('n1', obmd.uri, 'admin-token')).toBe(nothing);
  expect(await hil.project.connect('blue', 'n1')).toBe(nothing);
  expect(await hil.node.enableObm('n1')).toBe(nothing);
  const sent = obmd.requests.length;
  await hil.node.powerOff('n1');
  await hil.node.powerOn('n1');
  await hil.node.powerCycle('n1');
  await hil.node.powerStatus('n1');
  await hil.node.setBootdev('n1', 'pxe');
  expect(await hil.node.showConsole('n1').then((body) => body.next())).toMatchObject({ done: true });
  const to = (method: string, operation: string) => ({
    method,
    path: `/node/n1/${operation}?token=token-1`,
    authorization: undefined,
  });
  expect(obmd.requests.slice(sent)).toEqual([
    to('POST', 'power_off'),
    to('POST', 'power_on'),
    to('POST', 'power_cycle'),
    to('GET', 'power_status'),
    to('PUT', 'boot_device'),
    to('GET', 'console'),
  ]);
  expect(await hil.node.disableObm('n1')).toBe(nothing);
  expect(await hil.node.showConsole('n1').catch((error: unknown) => error)).toMatchObject({ errorType: 409 });
});

test('a console is read byte by byte until it ends', async (t) => {
  const w = await makeWorld(t);
  await drivenNode(w, 'n1');
  await reserve(w, 'n1', 'blue');
  const endpoint = await endpointOf(t, w);
  const hil = libraryOf(t, endpoint, 'ada');
  expect(await hil.node.startConsole('n1')).toBe(nothing);
  const agent = await consoleAgent(t, w);
  const console = await hil.node.showConsole('n1');
  const seen = async (text: string) => {
    let shown = '';
    while (!shown.endsWith(text)) {
      const { value, done } = await console.next();
      if (done) throw new Error(`the console ended after ${JSON.stringify(shown)}`);
      expect(value).toHaveLength(1);
      shown += value;
    }
  };
  await agent.say('login: ');
  await seen('login: ');
  await agent.say('\u001b[1mPassword: ');
  await seen('Password: ');
  // Another process: this one's connection is taken.
  expect(await libraryOf(t, endpoint, 'ada').node.stopConsole('n1')).toBe(nothing);
  await seen('[HaaS: logging was stopped]\r\n');
  expect(await console.next()).toMatchObject({ done: true });
});

test('its commands of 2016, and those for headnodes, do what they did', async (t) => {
  const w = await makeWorld(t);
  await offerHeadnodes(w);
  await bmcAgent(w, ({ kind }) => {
    const state = kind === 'headnode.stop' ? 'stopped' : 'running';
    const headnode =
      kind === 'headnode.delete' ? { state: 'absent' } : { state, ...(state === 'running' ? { vncport: 5900 } : {}) };
    return { status: 'done', result: { headnode } };
  });
  const session = new PythonSession(t, ['ada', PASSWORD]);
  // The endpoint of these commands ends with /v0.
  const endpoint = `${await endpointOf(t, w)}/v0`;
  const haas = new HilCommands(session, endpoint);
  const root = new HilCommands(new PythonSession(t, ['root', PASSWORD]), endpoint);

  expect(JSON.parse(await haas.get('headnode_images'))).toEqual(['debian-12', 'tiny']);
  expect((await session.request('GET', `${endpoint}/headnode_images/`)).content).toBe('["debian-12","tiny"]');
  expect(await haas.put(['headnode', 'head 1'], { project: 'blue', base_img: 'tiny' })).toBe('');
  expect(await haas.put(['headnode', 'head 1', 'hnic', 'eth0'])).toBe('');
  expect(await haas.put(['headnode', 'head 1', 'hnic', 'eth1'])).toBe('');
  expect(await haas.delete('headnode', 'head 1', 'hnic', 'eth1')).toBe('');
  expect(await haas.put(['network', 'net'], { owner: 'blue', access: 'blue', net_id: '' })).toBe('');
  expect(await haas.post(['headnode', 'head 1', 'hnic', 'eth0', 'connect_network'], { network: 'net' })).toBe('');
  expect(await haas.post(['headnode', 'head 1', 'hnic', 'eth0', 'detach_network'])).toBe('');
  expect(JSON.parse(await haas.get('project', 'blue', 'headnodes'))).toEqual(['head 1']);
  const shown = { name: 'head 1', project: 'blue', hnics: ['eth0'], base_img: 'tiny', uuid: expect.any(String) };
  expect(JSON.parse(await haas.get('headnode', 'head 1'))).toMatchObject({ ...shown, vncport: null });
  expect(await haas.post(['headnode', 'head 1', 'start'])).toBe('');
  expect(JSON.parse(await haas.get('headnode', 'head 1'))).toMatchObject({ ...shown, vncport: 5900 });
  expect(await haas.post(['headnode', 'head 1', 'stop'])).toBe('');
  expect(await haas.delete('headnode', 'head 1')).toBe('');

  // `{}` is sent where there is nothing to say, and the slashes of a port's name are encoded.
  expect(await root.put(['project', 'green ä'])).toBe('');
  expect(JSON.parse(await root.get('projects'))).toContain('green ä');
  const login = { hostname: 'mockhost', username: 'u', password: 'p' };
  expect(await root.put(['switch', 'sw'], { type: 'http://schema.massopencloud.org/haas/v0/switches/mock', ...login })).toBe('');
  expect(await root.put(['switch', 'sw', 'port', 'gi1/0/1'])).toBe('');
  expect(JSON.parse(await root.get('switch', 'sw'))).toMatchObject({ ports: [{ label: 'gi1/0/1' }] });
  expect(await root.delete('switch', 'sw', 'port', 'gi1/0/1')).toBe('');
});

test('what it sends is what Python sends, and an answer without a body says so', async (t) => {
  let sent = '';
  const server = createServer((socket) => {
    socket
      .on('error', () => {})
      .on('data', (part) => {
        sent += String(part);
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
      });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.onTestFinished(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  const hil = libraryOf(t, `http://127.0.0.1:${address.port}`, 'ada', 'x');
  await hil.node.connectNetwork('n 1', 'eth0', 'ä', 'vlan/native');
  await hil.node.powerOff('n1');
  await hil.network.listAttachments('net', 'blue $');
  const headers = [
    `Host: 127.0.0.1:${address.port}`,
    'Connection: keep-alive',
    'Accept-Encoding: gzip, deflate',
    'Accept: */*',
    'User-Agent: python-requests/2.18.4',
  ].join('\r\n');
  const login = 'Authorization: Basic YWRhOng=\r\n\r\n';
  expect(sent).toBe(
    `POST /v0/node/n%201/nic/eth0/connect_network HTTP/1.1\r\n${headers}\r\nContent-Length: 47\r\n${login}` +
      '{"network": "\\u00e4", "channel": "vlan/native"}' +
      `POST /v0/node/n1/power_off HTTP/1.1\r\n${headers}\r\nContent-Length: 0\r\n${login}` +
      `GET /v0/network/net/attachments?project=blue+%24 HTTP/1.1\r\n${headers}\r\n${login}`,
  );
  expect(dumps({ text: 'a "x"', list: [1, true, null] })).toBe('{"text": "a \\"x\\"", "list": [1, true, null]}');
  expect(quote("gi1/0/5 ä-_.~(')", '')).toBe('gi1%2F0%2F5%20%C3%A4-_.%7E%28%27%29');

  const own = new PythonSession(t, ['root', PASSWORD]);
  const w = await makeWorld(t);
  const { status, headers: told, content } = await own.request('PUT', `${await endpointOf(t, w)}/v0/project/green`);
  expect([status, told.get('content-length'), told.get('transfer-encoding'), content]).toEqual([200, '0', undefined, '']);
});

test('together they make every call that the predecessor had', () => {
  expect(hilCalls.map(({ id }) => id).filter((id) => !made.has(id))).toEqual([]);
});
