import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import type { TestContext } from 'vitest';
import { stopServer } from '../../infra/postgres/server.ts';

const repository = new URL('../..', import.meta.url).pathname;

/** A state folder of this test alone, with its PostgreSQL stopped and removed at the end whatever happens. */
export async function stateFolder(t: Pick<TestContext, 'onTestFinished'>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'haas start '));
  t.onTestFinished(async () => {
    const data = await readFile(join(folder, 'postgres', 'data-location'), 'utf8').then(
      (elsewhere) => join(elsewhere.trim(), 'data'),
      () => join(folder, 'postgres', 'data'),
    );
    await stopServer(data);
    await rm(folder, { recursive: true });
  });
  return folder;
}

/** Runs what `npm start` runs. `ready` resolves with what it has printed when everything has started, and rejects when it ends before. */
export function start(t: Pick<TestContext, 'onTestFinished'>, env: Record<string, string>) {
  const child = execa(process.execPath, ['--import', 'tsx', 'infra/start.ts'], {
    cwd: repository,
    extendEnv: false,
    env: { PATH: process.env['PATH'], HAAS_LISTEN: '127.0.0.1:0', ...env },
    reject: false,
    all: true,
  });
  t.onTestFinished(async () => {
    child.kill('SIGKILL');
    await child;
  });
  let output = '';
  const ready = new Promise<string>((resolve, reject) => {
    child.all.on('data', (part) => {
      output += String(part);
      if (output.includes('Ctrl-C stops everything')) resolve(output);
    });
    void child.then(() => reject(new Error(`it ended: ${output}`)));
  });
  // Nobody may wait for it where a failure is what is looked for.
  ready.catch(() => {});
  return { child, ready };
}
