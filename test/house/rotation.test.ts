import { randomUUID } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { decodeProtectedHeader } from 'jose';
import { expect, type TestContext, test } from 'vitest';
import { z } from 'zod';
import { agentCommand } from '../../infra/admin/agent.ts';
import { readCall } from '../../infra/admin/command.ts';
import { dropAgentKeyCommand } from '../../infra/admin/drop-agent-key.ts';
import { forgetSigningKeyCommand } from '../../infra/admin/forget-signing-key.ts';
import { keysCommand } from '../../infra/admin/keys.ts';
import { rotateAgentKeyCommand } from '../../infra/admin/rotate-agent-key.ts';
import { rotateSigningKeyCommand } from '../../infra/admin/rotate-signing-key.ts';
import { readApiKeys, readPinnedKeys, readSealingKeys } from '../../infra/keys.ts';
import { startNexus } from '../../infra/rack/nexus/nexus.ts';
import { agentStateFolder, startAgentProcess } from '../support/agent-process.ts';
import { type ApiProcess, startApiProcess } from '../support/api-process.ts';
import { documentedBlocks, notSeen } from '../support/documented.ts';
import { lackOf, skipped } from '../support/lacking.ts';
import { bareNode, reserve } from '../support/rack.ts';
import { until } from '../support/until.ts';
import { apiKeys, basic, keys, makeWorld, type World } from '../support/world.ts';

const page = 'docs/key-rotation.md';
const curlMissing = lackOf(['curl']);
/** How long a user does nothing between two changes. Milliseconds. */
const PAUSE = 200;

/** A node whose NIC is on the first port of a simulated Nexus of its own, and a network for it. */
async function cabled(t: TestContext, w: World, number: number): Promise<void> {
  const login = { username: 'admin', password: 'sesame' };
  const nexus = await startNexus({ hostname: `sw${number}`, ports: ['Ethernet1/1'], ...login });
  t.onTestFinished(() => nexus.close());
  const port = nexus.tcpPort('telnet');
  const fields = { type: 'nexus', hostname: '127.0.0.1', port, transport: 'telnet', dummy_vlan: 2222, ...login };
  await w.arrange('PUT', `/switch/sw${number}`, fields);
  await w.arrange('PUT', `/switch/sw${number}/port/ethernet1/1`);
  await bareNode(w, `n${number}`);
  await w.arrange('PUT', `/node/n${number}/nic/eth0`, { macaddr: '' });
  await w.arrange('POST', `/switch/sw${number}/port/ethernet1/1/connect_nic`, { node: `n${number}`, nic: 'eth0' });
  await reserve(w, `n${number}`, 'blue');
  await w.arrange('PUT', `/network/lan${number}`, { owner: 'blue', access: 'blue', net_id: '' });
}

/** API hosts that share a key file, one of which is always there. */
interface ApiHosts {
  readonly urls: readonly string[];
  /** Has each end and start again, one after the other; `between` is done while they differ. */
  restart(between: () => Promise<unknown>): Promise<void>;
}

async function apiHosts(t: TestContext, w: World, keyFile: string): Promise<ApiHosts> {
  const start = (listen: string) => startApiProcess(t, w, { HAAS_KEY_FILE: keyFile, HAAS_LISTEN: listen });
  const hosts: ApiProcess[] = await Promise.all([start('127.0.0.1:0'), start('127.0.0.1:0')]);
  const urls = hosts.map(({ url }) => url);
  return {
    urls,
    async restart(between) {
      for (const [index, host] of hosts.entries()) {
        await host.stop();
        hosts[index] = await start(new URL(host.url).host);
        if (index === 0) await between();
      }
    },
  };
}

const ordered = z.object({ status_id: z.uuid() });
const shown = z.object({ status: z.string() });

/** Connects a node to its network and detaches it, again and again, by one host and the other, until told to stop. Answers the actions. */
async function keepChanging(urls: readonly string[], number: number, signal: AbortSignal): Promise<string[]> {
  const actions: string[] = [];
  // Counted by change, not by request: with a regular number of questions after each, one host would get all the changes.
  let turn = number;
  const send = async (path: string, init: RequestInit) => {
    const headers = { authorization: basic('ada'), 'Idempotency-Key': randomUUID() };
    // As behind a load balancer: one that is not there is passed over, and an answer that was cut off is asked for again.
    for (let tries = 0; ; tries++) {
      const answer = await fetch(`${urls[(turn + tries) % urls.length]}${path}`, { ...init, headers }).catch(() => undefined);
      if (answer) return { status: answer.status, body: await answer.json() };
      if (tries > 100) throw new Error('no API host answers');
      await sleep(10);
    }
  };
  for (let change = 'connect'; !signal.aborted || change === 'detach'; change = change === 'connect' ? 'detach' : 'connect') {
    turn++;
    const body = JSON.stringify({ network: `lan${number}` });
    const answer = await send(`/node/n${number}/nic/eth0/${change}_network`, { method: 'POST', body });
    expect(answer).toMatchObject({ status: 202 });
    const { status_id } = ordered.parse(answer.body);
    actions.push(status_id);
    const status = await until(async () => {
      await sleep(PAUSE);
      const now = shown.parse((await send(`/networking_action/${status_id}`, { method: 'GET' })).body);
      return now.status === 'PENDING' ? undefined : now.status;
    }, `the end of ${change} ${number}`);
    expect(status).toBe('DONE');
  }
  return actions;
}

/** What the page has done by `haas-admin`. It is carried out here: a process of its own for each would take most of this test's time. */
const adminCommands = [
  keysCommand,
  agentCommand,
  rotateSigningKeyCommand,
  forgetSigningKeyCommand,
  rotateAgentKeyCommand,
  dropAgentKeyCommand,
];

async function haasAdmin(argv: readonly string[], env: Record<string, string>): Promise<string> {
  const command = adminCommands.find(({ name }) => name === argv[0]);
  if (!command) throw new Error(`there is no command ${argv[0]}`);
  return command.run(readCall(command, argv.slice(1), env));
}

/**
 * What the page calls, in a folder that is before all others on the PATH. Programs leave word in the file `asked`, the login of the agent first,
 * and wait until somebody has done it and removes the file: what is to be printed is in `printed` then, and the exit code in `code`.
 */
async function programs(folder: string): Promise<string> {
  const bin = join(folder, 'bin');
  await mkdir(bin);
  const ask = `printf '%s\\n' "$HAAS_AGENT_URL" "\${0##*/}" "$@" >'${folder}/asked.new' && mv '${folder}/asked.new' '${folder}/asked'
while [ -e '${folder}/asked' ]; do /bin/sleep 0.05; done; cat '${folder}/printed'; exit "$(cat '${folder}/code')"`;
  const scripts = {
    'haas-admin': ask,
    runuser: '[ "$1 $2 $3" = "-u haas-agent --" ] && shift 3 && exec "$@"',
    systemctl: ask,
    sleep: ask,
  };
  for (const [name, script] of Object.entries(scripts)) {
    await writeFile(join(bin, name), `#!/bin/sh\n${script}\n`);
    await chmod(join(bin, name), 0o755);
  }
  return bin;
}

test.skipIf(curlMissing !== undefined)(
  `keys are exchanged as docs/key-rotation.md says, and no command is lost or refused${skipped(curlMissing)}`,
  { timeout: 180_000 },
  async (t) => {
    const w = await makeWorld(t);
    await Promise.all([cabled(t, w, 1), cabled(t, w, 2)]);
    await w.arrange('PUT', '/node/n3', { obm: { type: 'mock', host: 'mock', user: 'u', password: 'p' } });
    const stateDir = await agentStateFolder(t);
    const folder = await mkdtemp(join(tmpdir(), 'haas-rotation-'));
    t.onTestFinished(() => rm(folder, { recursive: true }));
    const keyFile = join(folder, 'api-keys.json');
    await writeFile(keyFile, JSON.stringify(apiKeys), { mode: 0o600 });
    await writeFile(join(folder, 'agent.env'), `HAAS_AGENT_URL=${await w.database.agentUrl('rack-1')}\n`);
    await writeFile(join(folder, '.netrc'), 'machine 127.0.0.1 login root password "correct horse"\n', { mode: 0o600 });
    const agent = await startAgentProcess(t, w, stateDir);
    const hosts = await apiHosts(t, w, keyFile);

    const signers = async (condition = w.sql``) => {
      const rows = await w.sql`select distinct split_part(signed, '.', 1) as header from commands ${condition}`;
      return new Set(rows.map(({ header }) => decodeProtectedHeader(`${header}.e30.e30`).kid));
    };
    const stop = new AbortController();
    const flows = Promise.all([1, 2].map((number) => keepChanging(hosts.urls, number, stop.signal)));
    // It is looked at in the end.
    flows.catch(() => {});

    const waits: string[] = [];
    const does: Record<string, () => Promise<unknown>> = {
      'systemctl restart haas-api': () =>
        hosts.restart(() => until(async () => (await signers(w.sql`where status = 'done'`)).size === 2, 'both keys have signed')),
      // The time that passes, for what has ended.
      'sleep 60': () => w.sql`update commands set not_after = now() - interval '1 minute' where finished_at is not null`,
      'sleep 10': () =>
        until(async () => (await w.sql`select * from sealed_to_other_keys(1)`).length === 0, 'all is sealed again'),
    };
    const blocks = await documentedBlocks(page);
    const script = blocks
      .map(({ commands }, number) => `echo '==== ${number}'\n${commands}`)
      .join('\n')
      .replaceAll('/etc/haas', folder)
      .replaceAll('/var/lib/haas/agent', stateDir);
    const following = execa('bash', ['--norc', '-euc', script], {
      env: { HOME: folder, HAAS: hosts.urls[0], HAAS_AGENT_URL: '', PATH: `${await programs(folder)}:${process.env['PATH']}` },
      extendEnv: false,
      reject: false,
      all: true,
      cancelSignal: t.signal,
    });
    let ended = false;
    void following.then(() => {
      ended = true;
    });
    const carryOut = async ([url = '', program = '', ...argv]: string[]) => {
      if (program === 'haas-admin') return haasAdmin(argv, { HAAS_AGENT_URL: url });
      const what = [program, ...argv].join(' ');
      waits.push(what);
      await does[what]?.();
      return '';
    };
    while (!ended) {
      const asked = await readFile(join(folder, 'asked'), 'utf8').catch(() => undefined);
      if (asked === undefined) {
        await sleep(20);
        continue;
      }
      const done = await carryOut(asked.trimEnd().split('\n')).then(
        (printed) => ({ code: 0, printed }),
        (error: unknown) => ({ code: 1, printed: `${error instanceof Error ? error.message : String(error)}\n` }),
      );
      await writeFile(join(folder, 'printed'), done.printed);
      await writeFile(join(folder, 'code'), String(done.code));
      await rm(join(folder, 'asked'));
    }
    const { all } = await following;
    for (const [number, block] of blocks.entries()) {
      const output = all.split(`==== ${number}\n`)[1]?.split('\n==== ')[0] ?? `never run: ${all}`;
      expect(notSeen(block, output), `${block.commands}\nprinted\n${output}`).toEqual([]);
    }
    // It was tried too early, and refused.
    expect(waits).toContain('sleep 60');
    expect(all).toMatch(/signed commands for this agent of which \d+ have not ended/);

    // What is done with the new keys alone.
    const before = (await w.sql`select from commands`).length;
    await until(async () => (await w.sql`select from commands where status = 'done'`).length > before + 2, 'more is done');
    stop.abort();
    const actions = (await flows).flat();
    expect(await w.sql`select distinct status from commands`).toEqual([{ status: 'done' }]);
    expect(await w.sql`select count(*)::integer as count from commands`).toEqual([{ count: actions.length }]);

    const { signing, next, retired } = await readApiKeys(keyFile);
    expect([next, retired?.map(({ kid }) => kid)]).toEqual([undefined, [keys.signing.kid]]);
    expect(await signers()).toEqual(new Set([keys.signing.kid, signing.kid]));
    expect((await readPinnedKeys(stateDir)).keys.map(({ kid }) => kid)).toEqual([signing.kid]);
    const sealing = await readSealingKeys(stateDir);
    expect(sealing).toHaveLength(1);
    expect(sealing[0]?.kid).not.toBe(keys.sealing.kid);
    expect((await w.call('root', 'GET', '/agent/rack-1')).body).toMatchObject({
      thumbprint: sealing[0]?.kid,
      sealed_to_other_keys: [],
      backlog: 0,
    });
    expect(agent.output()).not.toContain('sesame');
  },
);
