import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, type TestContext, test } from 'vitest';
import { freePort } from '../../infra/postgres/postmaster.ts';
import { lackOf, skipped } from '../support/lacking.ts';
import { start, stateFolder } from '../support/npm-start.ts';
import { until } from '../support/until.ts';

const curlMissing = lackOf(['curl']);

/** What it says when it cannot start. */
async function refusal(t: TestContext, env: Record<string, string>): Promise<string> {
  const { exitCode, stderr } = await start(t, env).child;
  expect(exitCode).toBe(1);
  return stderr;
}

describe('npm start', { timeout: 120_000 }, () => {
  test.skipIf(curlMissing !== undefined)(
    `leads from a fresh folder to a VLAN on a switch, and finds it again${skipped(curlMissing)}`,
    async (t) => {
      const state = await stateFolder(t);
      const first = start(t, { HAAS_STATE_DIR: state });
      const said = await first.ready;
      const lines = said
        .slice(said.indexOf('Try it'))
        .split('\n')
        .filter((line) => line.startsWith('  '));
      const pasted = await execa('bash', ['-c', lines.join('\n')], { reject: false });
      expect(pasted.stdout).toContain('"status":"DONE"');
      expect(pasted.stdout).toContain('"connected-nodes":{"node-1":["eth0"],"node-2":["eth0"]}');
      expect(pasted.stdout).toContain('{"power_status":"on"}');
      expect(pasted.stdout).toContain('booting');
      expect(pasted.stdout).toMatch(/"name":"head".*"networks":\{"vlan\/native":"provision"\}.*"state":"running","vncport":5900/);
      expect(pasted.stdout).toContain('Booting base-headnode ...');
      expect(pasted.stdout).toMatch(/^100 .*Eth1\/1, Eth1\/2\s*$/m);

      first.child.kill('SIGINT');
      expect(await first.child).toMatchObject({ exitCode: 0 });

      // What a user wrote there is left alone.
      const vmHost = join(state, 'agent', 'vm-host.json');
      const ownHost = { ...JSON.parse(await readFile(vmHost, 'utf8')), limits: { memory: 8192, vcpus: 2, disk: 40 } };
      await writeFile(vmHost, JSON.stringify(ownHost));

      const agentMetrics = `127.0.0.1:${await freePort()}`;
      const second = start(t, { HAAS_STATE_DIR: state, HAAS_AGENT_METRICS_LISTEN: agentMetrics });
      const again = await second.ready;
      // The password is told once; the lines ask for it now, and everything else is as it was.
      const password = /admin:([\w-]{16})'/.exec(said)?.[1] ?? '';
      expect(password).toHaveLength(16);
      expect(again).not.toContain(password);
      expect(switchAddresses(again)).toEqual(switchAddresses(said));
      const telnet = again
        .split('\n')
        .filter((line) => line.includes('telnet://'))
        .join('\n');
      expect((await execa('bash', ['-c', telnet], { reject: false })).stdout).toMatch(/^100 .*Eth1\/1, Eth1\/2\s*$/m);
      const api = /http:\S+\/v0/.exec(again)?.[0];
      const node = await fetch(`${api}/node/node-1`, { headers: { authorization: `Basic ${btoa(`admin:${password}`)}` } });
      expect(await node.json()).toMatchObject({ project: 'demo', nics: [{ networks: { 'vlan/native': 'provision' } }, {}] });
      expect(JSON.parse(await readFile(vmHost, 'utf8'))).toEqual(ownHost);

      expect(await (await fetch(`http://${agentMetrics}/metrics`)).text()).toMatch(/^haas_agent_info\{agent="/m);

      second.child.kill('SIGTERM');
      expect(await second.child).toMatchObject({ exitCode: 0 });
      // In clear the password is nowhere.
      const found = await execa('grep', ['-rlF', password, state], { reject: false });
      expect(found.stdout).toBe('');
    },
  );

  test('says in one sentence that the port is busy, and leaves nothing running', async (t) => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    t.onTestFinished(() => void server.close());
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const state = await stateFolder(t);
    expect(await refusal(t, { HAAS_STATE_DIR: state, HAAS_LISTEN: `127.0.0.1:${port}` })).toMatch(
      new RegExp(`^HaaS cannot start: the API cannot listen on 127\\.0\\.0\\.1:${port}: .*HAAS_LISTEN\n?$`),
    );
    await expect(readFile(join(state, 'postgres', 'data', 'postmaster.pid'))).rejects.toThrow('ENOENT');
  });

  test('says in one sentence that the state folder cannot be used', async (t) => {
    const state = await stateFolder(t);
    const file = join(state, 'a-file');
    await writeFile(file, '');
    expect(await refusal(t, { HAAS_STATE_DIR: file })).toMatch(
      /^HaaS cannot start: the state folder .*a-file cannot be used: .*HAAS_STATE_DIR.*\n?$/,
    );
  });

  test('says in one sentence that a key file is damaged, and does not make a new one', async (t) => {
    const state = await stateFolder(t);
    await writeFile(join(state, 'api-keys.json'), '{"issuer": ');
    expect(await refusal(t, { HAAS_STATE_DIR: state })).toMatch(
      /^HaaS cannot start: .*api-keys\.json cannot be used .*restore it from a backup.*\n?$/,
    );
    expect(await readFile(join(state, 'api-keys.json'), 'utf8')).toBe('{"issuer": ');
  });

  test('says in one sentence that DATABASE_URL does not connect, without the password', async (t) => {
    const said = await refusal(t, {
      HAAS_STATE_DIR: await stateFolder(t),
      DATABASE_URL: 'postgres://haas_api:s3cret@127.0.0.1:1/haas',
    });
    expect(said).toMatch(/^HaaS cannot start: DATABASE_URL: no connection to haas on 127\.0\.0\.1:1 as haas_api: .*\n?$/);
    expect(said).not.toContain('s3cret');
  });

  test.for([
    ['HAAS_LISTEN', 'nonsense'],
    ['HAAS_VLANS', '100-5000'],
    ['DATABASE_URL', 'mysql://x'],
    ['HAAS_RACK', 'real'],
    ['HAAS_MAINTENANCE_PROJECT', 'alone'],
    ['HAAS_ADMIN_PASSWORD', ''],
    ['HAAS_AUTH', 'none'],
  ] as const)('names %s when it is %s', async ([name, value], t) => {
    expect(await refusal(t, { HAAS_STATE_DIR: join(tmpdir(), 'never-made'), [name]: value })).toMatch(
      new RegExp(`^HaaS cannot start: ${name}\\b.*\n?$`),
    );
  });

  test('stops everything that has been started when it is told to in the middle', async (t) => {
    const state = await stateFolder(t);
    const postmaster = join(state, 'postgres', 'data', 'postmaster.pid');
    const running = () =>
      readFile(postmaster, 'utf8').then(
        () => true,
        () => false,
      );
    const { child } = start(t, { HAAS_STATE_DIR: state });
    await until(running, 'PostgreSQL starts');
    child.kill('SIGINT');
    expect(await child).toMatchObject({ exitCode: 0 });
    expect(await running()).toBe(false);
  });

  test('says in one sentence that the simulated rack cannot start', async (t) => {
    const state = await stateFolder(t);
    await mkdir(join(state, 'rack'), { recursive: true });
    await writeFile(join(state, 'rack', 'rack.json'), '{');
    expect(await refusal(t, { HAAS_STATE_DIR: state })).toMatch(
      /^HaaS cannot start: .*rack\.json is damaged: .*HAAS_RACK=none.*\n?$/,
    );
  });

  test('refuses a second start on the same folder', async (t) => {
    const state = await stateFolder(t);
    const first = start(t, { HAAS_STATE_DIR: state });
    await first.ready;
    expect(await refusal(t, { HAAS_STATE_DIR: state })).toMatch(
      /^HaaS cannot start: HaaS runs already on .*HAAS_STATE_DIR.*\n?$/,
    );
    first.child.kill('SIGTERM');
    expect(await first.child).toMatchObject({ exitCode: 0 });
  });
});

function switchAddresses(said: string): string[] {
  return said.match(/(?:telnet|SSH) \d+/g) ?? [];
}
