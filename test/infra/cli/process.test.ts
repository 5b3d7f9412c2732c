import { existsSync } from 'node:fs';
import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { credentialsPath, writeCredentials } from '../../../infra/cli/credentials-file.ts';
import { haas, haasProcess, haasProgram, homeFolder } from '../../support/command-line.ts';
import { apiOnSocket } from '../../support/console-viewers.ts';
import { projectNetwork } from '../../support/networks.ts';
import { cabledNode, reserve } from '../../support/rack.ts';
import { until } from '../../support/until.ts';
import { makeWorld, type World } from '../../support/world.ts';

const PASSWORD = 'correct horse';

/** Ends the next action that is queued, as an agent would. */
async function endAction(w: World): Promise<void> {
  const action = await until(
    async () => (await w.sql`select id from commands where status = 'queued'`)[0],
    'an action is queued',
  );
  await w.sql`select finish_command(${action['id']}, 'done', null, null, ${w.sql.json({ port: { native: null, tagged: [], enabled: false }, changed: true })})`;
}

test('as a process, by a link, against a real API: sign in, look, change, wait, sign out', async (t) => {
  const w = await makeWorld(t);
  await cabledNode(w, 'n1');
  await reserve(w, 'n1', 'blue');
  await projectNetwork(w, 'net');
  const { url } = await apiOnSocket(t, w);
  const home = await homeFolder(t);
  const link = join(home, 'haas');
  await symlink(haasProgram, link);
  const env = { HOME: home };

  expect(await haasProcess(['login', url], env, `ada\n${PASSWORD}\n`, link)).toEqual({
    code: 0,
    out: '',
    err: `Signed in at ${new URL(url).origin} as ada.`,
  });
  expect(await w.sql`select u.label from api_tokens t join users u on u.id = t.user_id`).toEqual([{ label: 'ada' }]);
  const connecting = haasProcess(['node_connect_network', 'n1', 'eth0', 'net', 'vlan/native'], env, '', link);
  await endAction(w);
  expect(await connecting).toMatchObject({ code: 0, out: expect.stringMatching(/status +DONE\n/) });
  expect((await haas(['node', 'show', 'n1'], env)).out).toMatch(/vlan\/native=net/);
  expect((await haas(['list_nodes', 'all'], env)).out).toBe('n1\n');
  expect(await haas(['project', 'list'], env)).toMatchObject({ code: 3, err: expect.stringContaining('only administrators') });
  expect(await haas(['node', 'show', 'n2'], env)).toMatchObject({ code: 4 });
  expect(await haas(['project', 'node', 'remove', 'blue', 'n1'], env)).toMatchObject({ code: 5 });
  expect(await haas(['logout'], env)).toMatchObject({ code: 0 });
  expect(await w.sql`select from api_tokens`).toHaveLength(0);
  expect(await haas(['list_nodes', 'all'], { ...env, HAAS_ENDPOINT: url })).toMatchObject({
    code: 3,
    err: expect.stringContaining('haas login'),
  });
});

test('whoever waits may stop to wait: the action goes on', async (t) => {
  const w = await makeWorld(t);
  await cabledNode(w, 'n1');
  await reserve(w, 'n1', 'blue');
  await projectNetwork(w, 'net');
  const { url } = await apiOnSocket(t, w);
  const env = { PATH: process.env['PATH'], HAAS_ENDPOINT: url, HAAS_USERNAME: 'ada', HAAS_PASSWORD: PASSWORD };
  const child = execa(haasProgram, ['node', 'network', 'connect', 'n1', 'eth0', 'net'], { env, extendEnv: false, reject: false });
  let err = '';
  child.stderr.on('data', (part) => {
    err += String(part);
  });
  await until(() => err.includes('is pending'), 'it waits');
  child.kill('SIGINT');
  expect(await child).toMatchObject({
    exitCode: 130,
    stderr: expect.stringMatching(/goes on\.\n.*haas networking-action show [\da-f-]{36}/),
  });
  expect(await w.sql`select status from commands`).toEqual([{ status: 'queued' }]);
});

describe('output that nobody takes', () => {
  const shell = (line: string) =>
    execa('bash', ['--norc', '-c', line], {
      env: { haas: haasProgram, PATH: process.env['PATH'] },
      extendEnv: false,
      reject: false,
    });

  test('ends a command quietly, and of errors the exit code stays', async () => {
    const { stdout, stderr } = await shell(`$haas commands | true; echo "\${PIPESTATUS[0]}"
      exec 3>&1; { $haas node show --nope; echo $? >&3; } 2>&1 | true`);
    expect({ stdout, stderr }).toEqual({ stdout: '0\n2', stderr: '' });
  });

  test.skipIf(!existsSync('/dev/full'))('since the disk is full is a failure that is told', async () => {
    expect(await shell('$haas commands > /dev/full')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('haas: the output cannot be written: ENOSPC'),
    });
  });
});

describe('completion', () => {
  /** What bash offers for the last of these words. */
  async function offered(script: string, words: string[], env: Record<string, string>): Promise<string[]> {
    const array = words.map((word) => `'${word}'`).join(' ');
    const ask = `${script}\nCOMP_WORDS=(${array}); COMP_CWORD=${words.length - 1}; _haas; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout } = await execa('bash', ['--norc', '-c', ask], {
      env: { PATH: process.env['PATH'], ...env },
      extendEnv: false,
    });
    return stdout.split('\n').filter((line) => line !== '');
  }

  test('in bash offers commands, options, choices, and the names that the API tells', async (t) => {
    const w = await makeWorld(t);
    await cabledNode(w, 'n1');
    await cabledNode(w, 'n 2', 2);
    await projectNetwork(w, 'net');
    const { url } = await apiOnSocket(t, w);
    const env = { HAAS_ENDPOINT: url, HAAS_USERNAME: 'root', HAAS_PASSWORD: PASSWORD };
    const { out: script } = await haas(['completion', 'bash']);
    const ask = (...words: string[]) => offered(script, [haasProgram, ...words], env);
    expect(await ask('node', 'show', 'n')).toEqual(['n\\ 2', 'n1']);
    expect(await ask('node', 'power', '')).toEqual(['on', 'off', 'cycle', 'status']);

    const complete = async (...words: string[]) => {
      const { out } = await haas(['__complete', '--', ...words], env);
      return out.split('\n').map((line) => line.split('\t')[0]);
    };
    expect(await complete('node', 'network', 'connect', 'n1', 'eth0', 'n')).toEqual(['net', '']);
    expect(await complete('project_connect_node', 'b')).toEqual(['blue', '']);
    expect(await complete('network', 'create', 'x', '')).toEqual(['blue', 'red', '']);
    expect(await complete('user', 'create', 'eve', '-', '')).toEqual(['admin', 'regular', '']);
    expect(await complete('list_project_n')).toEqual(['list_project_nodes', 'list_project_networks', '']);
    expect(await complete('node', 'power', 'cycle', '--f')).toEqual(['--force', '']);
    expect(await complete('node', 'list', 'free', '--li')).toEqual(['--limit', '']);
    expect(await complete('node', 'console', 'n')).toEqual(['n1', 'n 2'].sort().concat(''));
    expect(await complete('switch', 'register', 's1', '--idle', '')).toEqual(['shut', 'up', '']);
    expect((await complete('')).join(' ')).toMatch(/^user .*project node .* login .* completion $/);
  });

  test('is quiet where the API cannot be asked', async (t) => {
    const env = { HOME: await homeFolder(t) };
    const words = ['__complete', '--', 'node', 'show', ''];
    expect(await haas(words, env)).toEqual({ code: 0, out: '', err: '' });
    expect(await haas(words, { ...env, HAAS_ENDPOINT: 'http://127.0.0.1:3' })).toEqual({ code: 0, out: '', err: '' });
    expect(await haas(words, { ...env, HAAS_ENDPOINT: 'http://127.0.0.1:3', HAAS_USERNAME: 'ada' })).toEqual({
      code: 0,
      out: '',
      err: '',
    });
    writeCredentials(env, { endpoints: {} });
    expect(credentialsPath(env)).toContain(env.HOME);
  });

  test.each(['zsh', 'fish'])('has a script for %s, which asks as that of bash does', async (shell) => {
    const { code, out } = await haas(['completion', shell]);
    expect({ code, out }).toEqual({ code: 0, out: expect.stringMatching(/__complete -- .*2>\/dev\/null/) });
  });
});
