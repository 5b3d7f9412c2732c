import { readdir, readFile, symlink, unlink, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { execa } from 'execa';
import { pino } from 'pino';
import { expect, type TestContext, test } from 'vitest';
import { z } from 'zod';
import { startNexus } from '../../infra/rack/nexus/nexus.ts';
import type { SimulatedSwitch } from '../../infra/rack/simulated-switch.ts';
import { type AgentProcess, agentStateFolder, startAgentProcess } from '../support/agent-process.ts';
import { findCanaries } from '../support/canaries.ts';
import { until } from '../support/until.ts';
import { watchedApi } from '../support/watched-api.ts';
import { apiKeys, basic, keys, makeWorld, type World } from '../support/world.ts';

// Blanks and signs, so that every encoding of them looks different.
const canaries = {
  'password of sw-telnet': 'canary+telnet/ 1?',
  'password of sw-ssh': 'canary+ssh/ 2?&',
  'wrong password of sw-wrong': 'canary+wrong/ 3?',
  'changed password of sw-wrong': 'canary+changed/ 4?',
  'refused password of a switch': 'canary+refused/ 5?',
  'password of a BMC': 'canary+bmc/ 6?',
  'obmd token': 'canary+obmd/ 7?\\"ü',
  'first password of a user': 'canary+first/ 8?',
  'second password of a user': 'canary+second/ 9?',
  'password tried in vain': 'canary+vain/ 10?',
  'password in a broken body': 'canary+broken/ 11?',
  'password in a request that failed': 'canary+failed/ 12?',
  'signing key of the API': keys.signing.d,
  'secret of the API': apiKeys.secret,
};

/** Everything that is kept or told, and what people of the host can see. */
interface House {
  readonly world: World;
  readonly agent: AgentProcess;
  readonly stateDir: string;
  readonly logLines: string[];
  readonly call: World['call'];
  /** Waits for the end of the action that an answer promised, and watches the processes meanwhile; answers its status. */
  ended(action: unknown): Promise<string>;
  /** Reads the metrics of both, while they run. */
  watch(): Promise<void>;
  /** Whatever must hold no secret, by the name of the place. */
  texts(): Promise<Map<string, string>>;
}

const shown = z.object({ status: z.string() });

async function house(t: TestContext, agentFolder = agentStateFolder): Promise<House> {
  const logLines: string[] = [];
  const log = pino({ level: 'trace' }, { write: (line) => void logLines.push(line) });
  const world = await makeWorld(t, {}, undefined, log);
  const stateDir = await agentFolder(t);
  const agent = await startAgentProcess(t, world, stateDir, undefined, { env: { HAAS_AGENT_METRICS_LISTEN: '127.0.0.1:0' } });
  const api = await watchedApi(t, world, { log });
  const environment = await readFile(`/proc/${agent.pid}/environ`, 'utf8');
  const answers: string[] = [];
  const metrics: string[] = [];
  const [, port] = /"port":(\d+),"msg":"the agent can be watched"/.exec(agent.output()) ?? [];
  const commandLines = new Set<string>();
  const call: World['call'] = async (...request) => {
    const answer = await world.call(...request);
    answers.push(answer.text, JSON.stringify([...answer.headers]));
    return answer;
  };
  const look = async () => {
    for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
      commandLines.add(await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''));
    }
  };
  return {
    world,
    agent,
    stateDir,
    logLines,
    call,
    ended: (action) =>
      until(async () => {
        await look();
        const { status_id: id } = z.object({ status_id: z.string() }).parse(action);
        const { status } = shown.parse((await call('root', 'GET', `/networking_action/${id}`)).body);
        return status === 'PENDING' ? undefined : status;
      }, 'the action ends'),
    async watch() {
      for (const url of [api.watched, `http://127.0.0.1:${port}`]) metrics.push(await (await fetch(`${url}/metrics`)).text());
    },
    async texts() {
      await look();
      const texts = new Map([
        ['an API answer', answers.join('\n')],
        ['metrics', metrics.join('\n')],
        ["the API's log", logLines.join('')],
        ["the agent's log", agent.output()],
        ["the agent's environment", environment],
        ['a command line', [...commandLines].join('\n')],
      ]);
      const activity = await world.sql`select query from pg_stat_activity`;
      texts.set('a running statement', activity.map(({ query }) => String(query)).join('\n'));
      const tables = await world.sql`
        select quote_ident(table_schema) || '.' || quote_ident(table_name) as name from information_schema.tables
          where table_schema not in ('pg_catalog', 'information_schema')`;
      for (const { name } of tables) {
        const rows = await world.sql.unsafe(`select t::text as row from ${name} t`);
        texts.set(`table ${name}`, rows.map(({ row }) => String(row)).join('\n'));
      }
      for (const entry of await readdir(stateDir, { recursive: true, withFileTypes: true })) {
        const path = join(entry.parentPath, entry.name);
        if (entry.isFile()) texts.set(`file ${entry.name}`, await readFile(path, 'utf8'));
      }
      return texts;
    },
  };
}

/** A switch with one port, cabled to a node of the project blue whose name begins with that of the switch. */
async function cabled(
  { call }: House,
  label: string,
  registration: Record<string, unknown>,
  port = 'ethernet1/1',
): Promise<void> {
  const node = `${label}-node`;
  const obmd = { uri: 'http://obmd.test', admin_token: canaries['obmd token'] };
  const obm = { type: 'ipmi', host: '127.0.0.9', user: 'root', password: canaries['password of a BMC'] };
  const requests: [string, string, unknown?][] = [
    ['PUT', `/switch/${label}`, { type: 'nexus', hostname: '127.0.0.1', username: 'admin', dummy_vlan: 2222, ...registration }],
    ['PUT', `/node/${node}`, label === 'sw-ssh' ? { obm } : { obmd }],
    ['PUT', `/node/${node}/nic/eth0`, { macaddr: '' }],
    ['PUT', `/switch/${label}/port/${port}`],
    ['POST', `/switch/${label}/port/${port}/connect_nic`, { node, nic: 'eth0' }],
    ['POST', '/project/blue/connect_node', { node }],
  ];
  for (const request of requests) expect((await call('root', ...request)).status, String(request[1])).toBe(200);
}

/** Asks for a change of the node of a switch, and answers how it ended. */
async function change(h: House, label: string, verb: 'connect' | 'detach'): Promise<string> {
  const answer = await h.call('root', 'POST', `/node/${label}-node/nic/eth0/${verb}_network`, { network: 'lan' });
  expect(answer.status, answer.text).toBe(202);
  return h.ended(answer.body);
}

async function simulated(t: TestContext, hostname: string, password: string): Promise<SimulatedSwitch> {
  const nexus = await startNexus({ hostname, ports: ['Ethernet1/1'], username: 'admin', password });
  t.onTestFinished(() => nexus.close());
  return nexus;
}

/** Stands before a switch, which so has one more address, and puts a text into each of its refusals. Answers the TCP port. */
async function tellTale(t: TestContext, target: number, text = ''): Promise<number> {
  const server = createServer((client) => {
    const device = connect(target, '127.0.0.1');
    for (const socket of [client, device])
      socket.on('error', () => {}).on('close', () => void [client, device].map((end) => end.destroy()));
    client.pipe(device);
    device.on('data', (part) => client.write(part.toString('latin1').replaceAll('% Invalid', `% Invalid${text}`), 'latin1'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.onTestFinished(() => void server.close());
  return z.object({ port: z.int() }).parse(server.address()).port;
}

async function usersComeAndGo({ call, world }: House): Promise<void> {
  const [first, second] = [canaries['first password of a user'], canaries['second password of a user']];
  const as = (password: string) => ({ authorization: basic('eve', password) });
  expect((await call('root', 'PUT', '/auth/basic/user/eve', { password: first })).status).toBe(200);
  expect((await call(null, 'PATCH', '/auth/basic/user/eve', { password: second }, as(first))).status).toBe(200);
  expect((await call(null, 'GET', '/nodes/free', undefined, as(second))).status).toBe(200);
  expect((await call(null, 'GET', '/nodes/free', undefined, as(canaries['password tried in vain']))).status).toBe(401);
  const broken = `{"password": "${canaries['password in a broken body']}`;
  expect((await call('root', 'PATCH', '/auth/basic/user/eve', broken)).status).toBe(400);
  expect((await call('root', 'PATCH', '/auth/basic/user/eve', { pasword: canaries['password in a broken body'] })).status).toBe(
    400,
  );
  const password = `${canaries['refused password of a switch']}\u0007`;
  const registration = { type: 'nexus', hostname: 'x', username: 'admin', dummy_vlan: 2222, password };
  expect((await call('root', 'PUT', '/switch/sw-refused', registration)).status).toBe(400);
  await world.sql`alter table users rename column password_hash to gone`;
  const failed = { password: canaries['password in a request that failed'] };
  expect((await call('root', 'PATCH', '/auth/basic/user/eve', failed)).status).toBe(500);
  await world.sql`alter table users rename column gone to password_hash`;
}

test('no secret is in the database, an answer, a log, a file, or the list of processes', { timeout: 90_000 }, async (t) => {
  const h = await house(t);
  expect((await h.call('root', 'PUT', '/network/lan', { owner: 'blue', access: 'blue', net_id: '' })).status).toBe(200);
  await usersComeAndGo(h);

  for (const transport of ['telnet', 'ssh'] as const) {
    const label = `sw-${transport}`;
    const password = canaries[`password of sw-${transport}`];
    const nexus = await simulated(t, label, password);
    const port = nexus.tcpPort(transport);
    await cabled(h, label, { password, transport, port });
    nexus.faults.refuse = /^switchport trunk native vlan 100$/;
    expect(await change(h, label, 'connect')).toBe('ERROR');
    if (transport === 'telnet') {
      await cabled(h, 'sw-tells', { password, transport, port: await tellTale(t, port, `: ${password}`) });
      expect(await change(h, 'sw-tells', 'connect')).toBe('ERROR');
      expect(h.agent.output(), 'what the switch said').toContain('% Invalid: ***');
    }
    delete nexus.faults.refuse;
    expect(await change(h, label, 'connect')).toBe('DONE');
    nexus.faults.drop = /^(no )?switchport/;
    const detaching = change(h, label, 'detach');
    const before = nexus.sessionsEver;
    await until(() => nexus.sessionsEver > before + 1, 'sessions were lost');
    delete nexus.faults.drop;
    expect(await detaching).toMatch(/DONE|ERROR/);
    await cabledToWrong(h, transport, await tellTale(t, port));
  }
  for (const path of ['/switch/sw-ssh', '/node/sw-ssh-node', '/node/sw-telnet-node', '/switches', '/agent/rack-1']) {
    expect((await h.call('root', 'GET', path)).status, path).toBe(200);
  }
  await h.watch();
  await h.agent.stop();
  expect(findCanaries(canaries, await h.texts())).toEqual([]);
});

test('the search finds a secret wherever one is, however it is written', { timeout: 60_000 }, async (t) => {
  const secret = canaries['password of sw-ssh'];
  const hex = Buffer.from(secret).toString('hex');
  const h = await house(t, async (test) => {
    const folder = await agentStateFolder(test);
    const link = `${folder}-${hex}`;
    await symlink(folder, link);
    t.onTestFinished(() => unlink(link));
    return link;
  });
  h.world.services.log.info({ authorization: basic('eve', secret) });
  await writeFile(join(h.stateDir, 'notes'), encodeURIComponent(secret));
  // The name of a switch is told by its agent, and by every answer about it.
  await cabled(h, hex, { type: 'mock', dummy_vlan: undefined, hostname: 'refuse', password: '' }, 'gi1/0/1');
  expect((await h.call('root', 'PUT', '/network/lan', { owner: 'blue', access: 'blue', net_id: '' })).status).toBe(200);
  expect(await change(h, hex, 'connect')).toBe('ERROR');
  const argument = Buffer.from(`x${secret}`).toString('base64url');
  const told = execa(process.execPath, ['-e', 'process.stdin.resume()', argument], { reject: false });
  t.onTestFinished(() => void told.kill('SIGKILL'));
  const found = findCanaries({ canary: secret }, await h.texts());
  for (const planted of [
    'hex, in an API answer',
    "base64, in the API's log",
    "hex, in the agent's log",
    "hex, in the agent's environment",
    'base64url, in a command line',
    'hex, in table public.switches',
    'hex, in table public.commands',
    'URL, in file notes',
  ]) {
    expect(found).toContain(`canary, as ${planted}`);
  }
});

/** The switch once more, under another name and with a password that it does not take, and then with another one. */
async function cabledToWrong(h: House, transport: string, port: number): Promise<void> {
  const label = `sw-wrong-${transport}`;
  await cabled(h, label, { password: canaries['wrong password of sw-wrong'], transport, port });
  expect(await change(h, label, 'connect')).toBe('ERROR');
  const login = { username: 'admin', password: canaries['changed password of sw-wrong'] };
  expect((await h.call('root', 'PATCH', `/switch/${label}`, { password: login.password })).status).toBe(400);
  expect((await h.call('root', 'PATCH', `/switch/${label}`, login)).status).toBe(200);
  expect((await h.call('root', 'POST', `/switch/${label}/check`)).body).toMatchObject({ ok: false, step: 'log-in' });
}
