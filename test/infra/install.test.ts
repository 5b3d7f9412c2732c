import { access, chmod, constants, cp, mkdir, mkdtemp, readFile, realpath, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const here = { os: [process.platform], cpu: [process.arch] };

interface Entry {
  readonly version: string;
  readonly integrity?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
}

interface RunOptions {
  readonly npmExit?: number;
  readonly nodeOptions?: readonly string[];
  readonly path?: string;
}

/** A repository of nothing but the installer and two lock files; without `installed`, nothing was ever installed. */
async function project(lock: Record<string, Entry>, installed?: Record<string, Entry>) {
  const folder = await mkdtemp(join(tmpdir(), 'haas-install-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await mkdir(join(folder, 'infra/patches'), { recursive: true });
  await mkdir(join(folder, 'bin'));
  await mkdir(join(folder, 'node_modules'));
  const lockPath = join(folder, 'package-lock.json');
  const installedPath = join(folder, 'node_modules/.package-lock.json');
  const patchPath = join(folder, 'infra/patches/zod+4.6.7.patch');
  await writeFile(patchPath, '');
  await cp(join(repository, 'infra/install.mjs'), join(folder, 'infra/install.mjs'));
  await writeFile(join(folder, 'package.json'), JSON.stringify({ engines: { node: '>=20.19' } }));
  await writeFile(lockPath, JSON.stringify({ packages: { '': { name: 'haas' }, ...lock } }));
  if (installed) await writeFile(installedPath, JSON.stringify({ packages: installed }));
  // Stands in for npm, and writes down how it was called.
  await writeFile(join(folder, 'bin/npm'), '#!/bin/sh\necho "$@" >> "$CALLS"\necho what npm says\nexit "$NPM_EXIT"\n');
  await chmod(join(folder, 'bin/npm'), 0o755);
  return {
    /** Makes the lock file, or a patch, older or newer than what is installed, by seconds. */
    async age(seconds: number, file: 'lock' | 'patch' = 'lock') {
      const time = Date.now() / 1000 + seconds;
      await utimes(file === 'lock' ? lockPath : patchPath, time, time);
    },
    /** Runs the installer as npm does before a script. */
    async run(event: string, { npmExit = 0, nodeOptions = [], path = `${join(folder, 'bin')}:/usr/bin:/bin` }: RunOptions = {}) {
      const result = await execa(process.execPath, [...nodeOptions, join(folder, 'infra/install.mjs')], {
        cwd: tmpdir(),
        env: { PATH: path, CALLS: join(folder, 'calls'), NPM_EXIT: String(npmExit), npm_lifecycle_event: event },
        extendEnv: false,
        reject: false,
      });
      const calls = await readFile(join(folder, 'calls'), 'utf8').catch(() => '');
      return { calls: calls.trim(), exitCode: result.exitCode, stdout: result.stdout, stderr: result.stderr };
    },
  };
}

const zod = { 'node_modules/zod': { version: '4.6.7', integrity: 'sha512-a' } };
const vitest = { 'node_modules/vitest': { version: '4.1.12', dev: true } };
const darwin = { 'node_modules/darwin-only': { version: '1.0.0', optional: true, os: ['none'], cpu: ['none'] } };
const local = { 'node_modules/for-this-machine': { version: '1.0.0', optional: true, ...here } };
const silent = { calls: '', exitCode: 0, stdout: '', stderr: '' };

test('does nothing, and says nothing, when everything is there', async () => {
  const { run, age } = await project(
    { ...zod, ...vitest, ...darwin },
    { ...zod, ...vitest, 'node_modules/more': { version: '1.0.0' } },
  );
  expect(await run('pretest')).toEqual(silent);
  await age(60);
  expect(await run('pretest')).toEqual(silent);
});

test('installs on a fresh clone, and shows one line', async () => {
  const { run } = await project(zod);
  expect(await run('pretest')).toMatchObject({
    calls: 'ci --no-audit --no-fund --include=dev',
    exitCode: 0,
    stdout: expect.stringMatching(/^Installing dependencies \(npm ci\) \.\.\. done in \d+ s$/),
    stderr: '',
  });
});

test.each([
  ['a package is missing', { ...zod, ...vitest }, vitest],
  ['a package has another version', zod, { 'node_modules/zod': { version: '4.6.6', integrity: 'sha512-a' } }],
  ['a package has other content', zod, { 'node_modules/zod': { version: '4.6.7', integrity: 'sha512-b' } }],
  ['a development package is missing', { ...zod, ...vitest }, zod],
])('installs when %s', async (_what, lock, installed) => {
  const { run } = await project(lock, installed);
  expect((await run('pretest')).calls).toContain('ci ');
});

test('installs again when a patch has changed', async () => {
  const { run, age } = await project(zod, zod);
  await age(60, 'patch');
  expect(await run('pretest')).toMatchObject({ calls: 'ci --no-audit --no-fund --include=dev', exitCode: 0 });
});

test('starts without the development packages, for which a production host has no use', async () => {
  const { run } = await project({ ...zod, ...vitest }, zod);
  expect(await run('prestart')).toEqual(silent);
});

test('tries once for a new lock file to get a package that is optional and made for this machine', async () => {
  const { run, age } = await project({ ...zod, ...local }, zod);
  await age(-60);
  expect(await run('prestart')).toEqual(silent);
  await age(60);
  expect((await run('prestart')).calls).toBe('ci --no-audit --no-fund');
});

test('fails as npm does, with all that npm said', async () => {
  const { run } = await project(zod);
  expect(await run('pretest', { npmExit: 7 })).toMatchObject({
    exitCode: 7,
    stdout: 'Installing dependencies (npm ci) ... failed',
    stderr: 'what npm says',
  });
});

test('says that npm is missing', async () => {
  const { run } = await project(zod);
  const nowhere = await mkdtemp(join(tmpdir(), 'haas-no-npm-'));
  onTestFinished(() => rm(nowhere, { recursive: true }));
  expect(await run('pretest', { path: nowhere })).toMatchObject({
    exitCode: 1,
    stderr: expect.stringMatching(/^npm could not be started/),
  });
});

test('refuses a Node.js that is too old, in one sentence', async () => {
  const { run } = await project(zod, zod);
  const pretend = `data:text/javascript,Object.defineProperty(process,'versions',{value:{...process.versions,node:'20.18.3'}})`;
  expect(await run('pretest', { nodeOptions: ['--import', pretend] })).toMatchObject({
    exitCode: 1,
    stderr: expect.stringMatching(/^HaaS needs Node.js 20.19 or newer, and this is 20.18.3: [^\n]+$/),
  });
});

test('npx finds every command of the repository in what was installed, whatever it found before', async () => {
  const { bin } = z
    .object({ bin: z.record(z.string(), z.string()) })
    .parse(JSON.parse(await readFile(join(repository, 'package.json'), 'utf8')));
  expect(Object.keys(bin)).toContain('haas');
  for (const [name, path] of Object.entries(bin)) {
    expect(await realpath(join(repository, 'node_modules/.bin', name))).toBe(await realpath(join(repository, path)));
    await access(join(repository, path), constants.X_OK);
  }
});
