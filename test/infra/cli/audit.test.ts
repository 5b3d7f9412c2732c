import { readFile } from 'node:fs/promises';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { chainAll, writeEntries } from '../../support/audit.ts';
import { temporaryFolder } from '../../support/built.ts';
import { haas, haasProgram } from '../../support/command-line.ts';
import { apiOnSocket } from '../../support/console-viewers.ts';
import { documentedBlocks } from '../../support/documented.ts';
import { startProxy } from '../../support/tcp-proxy.ts';
import { until } from '../../support/until.ts';
import { makeWorld, type World } from '../../support/world.ts';

const environment = (url: string, user = 'root') => ({ HAAS_ENDPOINT: url, HAAS_USERNAME: user, HAAS_PASSWORD: 'correct horse' });

async function attack(w: World, statement: string): Promise<void> {
  await w.sql.begin((tx) => tx.unsafe(`set local session_replication_role = replica; ${statement}`));
}

test('the audit is listed with the newest last, and verified as a whole', async (t) => {
  const w = await makeWorld(t);
  const env = environment((await apiOnSocket(t, w)).url);
  await w.arrange('PUT', '/network/lan', { owner: 'blue', access: 'blue', net_id: '' });
  await writeEntries(w, 1200);
  await chainAll(w);
  const listed = await haas(['audit'], env);
  expect(listed).toMatchObject({ code: 0, err: expect.stringMatching(/^haas: there is more before: --before \d+$/m) });
  expect(listed.out.trimEnd().split('\n').at(-1)).toMatch(/^1202 .* test .* number=1200$/);
  const created = await haas(['audit', '--event', 'network_create'], env);
  expect(created.out).toMatch(
    /^SEQ +AT +ACTOR +EVENT +NODE +PROJECTS +RESULT +WHAT\n\d+ +\S+Z +root +network_create +- +blue +done +network=lan owner=blue access=blue net_id=\n$/,
  );
  expect((await haas(['project', 'audit', 'blue', '--json'], environment(env.HAAS_ENDPOINT, 'ada'))).out).toMatch(
    /^\[\{"seq":\d+,.*"event":"network_create"/,
  );

  const verified = await haas(['audit', 'verify', '--json'], env);
  expect(verified.code, verified.err).toBe(0);
  const { head } = z.object({ head: z.string() }).parse(JSON.parse(verified.out));
  expect(head).toMatch(/^1202:.{43}$/);
  await writeEntries(w, 3);
  await chainAll(w);
  expect(await haas(['audit', 'verify', '--expect', head], env)).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^from +1\nto +1205\nhead +1205:.{43}\n$/),
  });
  expect(await haas(['audit', 'verify', '--expect', 'x'], env)).toMatchObject({ code: 2 });
  const [, first = '', nightly = ''] = /^(told=.* > heads)\n(told=.*)$/m.exec(await readFile('docs/audit.md', 'utf8')) ?? [];
  const cwd = await temporaryFolder(t);
  const script = (line: string) =>
    execa('sh', ['-c', `haas() { "$program" "$@"; }; ${line}`], { cwd, env: { ...env, program: haasProgram }, reject: false });
  expect((await script(first)).exitCode).toBe(0);
  expect((await script(nightly)).exitCode).toBe(0);
  const heads = await readFile(`${cwd}/heads`, 'utf8');
  expect(heads).toMatch(/^(1205:.{43})\n\1\n$/);

  await attack(w, 'delete from audit where seq > 1200');
  await writeEntries(w, 10);
  await chainAll(w);
  expect(await haas(['audit', 'verify'], env)).toMatchObject({
    code: 1,
    err: expect.stringMatching(/ is wrong, unsigned: nobody has signed entries \d+ to 1200/),
  });
  await attack(w, 'delete from audit where seq > (select max(seq) from audit where seq < 1200 and signature is not null)');
  expect(await haas(['audit', 'verify'], env)).toMatchObject({ code: 0 });
  expect(await haas(['audit', 'verify', '--expect', head], env)).toMatchObject({ code: 1, err: expect.stringContaining(head) });
  expect((await script(nightly)).exitCode).toBe(1);
  expect(await readFile(`${cwd}/heads`, 'utf8')).toBe(heads);
  await attack(w, `update audit set actor = 'eve' where seq = 7`);
  expect(await haas(['audit', 'verify'], env)).toMatchObject({
    code: 1,
    err: expect.stringMatching(/entry 7 \(.*\) is wrong, altered: /),
  });
  expect(await haas(['audit', 'verify'], environment(env.HAAS_ENDPOINT, 'ada'))).toMatchObject({ code: 3 });
});

test('events are shown as they happen, over connections that are lost', async (t) => {
  const w = await makeWorld(t);
  const proxy = await startProxy(t, Number(new URL((await apiOnSocket(t, w)).url).port));
  const env = { PATH: process.env['PATH'], ...environment(proxy.url('http://127.0.0.1:1/v0')) };
  const child = execa(haasProgram, ['events', '--json', '--after', '1'], { env, extendEnv: false, reject: false });
  t.onTestFinished(() => void child.kill('SIGKILL'));
  let out = '';
  child.stdout.on('data', (part) => {
    out += String(part);
  });
  await w.arrange('PUT', '/project/p1');
  await until(() => out.includes('project_create'), 'an event is shown');
  expect(JSON.parse(out)).toMatchObject({ event: 'project_create', actor: 'root', subject: { project: 'p1' } });
  await proxy.away();
  await w.arrange('PUT', '/project/p2');
  await proxy.back();
  await w.arrange('PUT', '/project/p3');
  await until(() => out.includes('p3'), 'it has connected again');
  const shown = out
    .trimEnd()
    .split('\n')
    .map((line) => z.object({ subject: z.object({ project: z.string() }) }).parse(JSON.parse(line)).subject.project);
  expect(shown).toEqual(['p1', 'p2', 'p3']);
  child.kill('SIGINT');
  expect((await child).exitCode).toBe(130);
});

test('each command of docs/audit.md does what the page says', async (t) => {
  const w = await makeWorld(t);
  const env = environment((await apiOnSocket(t, w)).url);
  await w.arrange('PUT', '/node/node-1', { obmd: { uri: 'http://obmd.test', admin_token: 'x' } });
  await chainAll(w);
  const blocks = await documentedBlocks('docs/audit.md');
  const commands = blocks.flatMap((block) => block.commands.trim().split('\n'));
  expect(commands.length).toBeGreaterThan(8);
  for (const command of commands) {
    if (command === 'haas events') continue;
    const [program, ...words] = command.split(' ');
    expect(program).toBe('haas');
    // Nothing is known of a time before the test.
    expect({ command, ...(await haas(words, env)) }).toMatchObject({ command, code: words.includes('--at') ? 4 : 0 });
  }
});
