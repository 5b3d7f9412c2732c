import { cp, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { documentedBlocks, notSeen } from '../support/documented.ts';
import { start, stateFolder } from '../support/npm-start.ts';

test('every line of docs/daily-work.md does what the page says, and so do the example scripts', {
  timeout: 180_000,
}, async (t) => {
  const password = 'of the administrator';
  const started = start(t, { HAAS_STATE_DIR: await stateFolder(t), HAAS_ADMIN_PASSWORD: password });
  const home = await mkdtemp(join(tmpdir(), 'haas-home-'));
  t.onTestFinished(() => rm(home, { recursive: true }));
  await mkdir(join(home, 'bin'));
  await symlink(resolve('infra/cli.mjs'), join(home, 'bin', 'haas'));
  for (const script of ['reserve-nodes.sh', 'release-project.sh']) await cp(join('docs/examples', script), join(home, script));
  const endpoint = /http:\/\/[^/]+/.exec(await started.ready)?.[0] ?? '';
  const env = {
    HOME: home,
    PATH: `${join(home, 'bin')}:${process.env['PATH']}`,
    HAAS_ENDPOINT: endpoint,
    HAAS_USERNAME: 'admin',
    HAAS_PASSWORD: password,
  };
  const bash = async (script: string) => {
    const { all } = await execa('bash', ['-ec', script], { cwd: home, env, extendEnv: false, reject: false, all: true });
    return all;
  };

  const blocks = await documentedBlocks('docs/daily-work.md');
  const all = await bash(blocks.map(({ commands }, number) => `echo '==== ${number}'\n${commands}`).join('\n'));
  for (const [number, block] of blocks.entries()) {
    const output = all.split(`==== ${number}\n`)[1]?.split('\n==== ')[0] ?? `never run: ${all}`;
    expect(notSeen(block, output), `${block.commands}\nprinted\n${output}`).toEqual([]);
  }
  expect(all.split('\n').filter((line) => line.startsWith('haas: '))).toEqual([]);

  const reserved = await bash(
    'haas project create green; bash reserve-nodes.sh green 2 provision; haas project node list green; haas network show provision',
  );
  expect(reserved.match(/node-\d/g)?.length, reserved).toBeGreaterThanOrEqual(4);
  const released = await bash(
    'bash release-project.sh green yes; haas project delete green; haas project list; haas network list',
  );
  expect(released, released).not.toMatch(/^(green|provision)\b/m);
});
