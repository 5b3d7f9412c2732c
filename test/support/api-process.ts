import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { execa } from 'execa';
import type { TestContext } from 'vitest';
import { z } from 'zod';
import { apiKeys, basic, type World } from './world.ts';

const announcement = z.object({ msg: z.literal('the API answers'), port: z.int() });

/** An API host in a process of its own, on the database of a world. */
export interface ApiProcess {
  readonly url: string;
  /** Sends a request as somebody; answers the status and the parsed body. */
  call(user: string, method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }>;
  /** Ends the process at once, without a chance to finish anything. */
  kill(): Promise<void>;
  /** Has the process finish what was begun and end, as systemd does. */
  stop(): Promise<void>;
}

/** Starts an API host as in production, with more environment if given; it ends with the test. */
export async function startApiProcess(
  test: Pick<TestContext, 'onTestFinished'>,
  world: World,
  env: Record<string, string> = {},
): Promise<ApiProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'haas-api-'));
  const keyFile = join(folder, 'keys.json');
  await writeFile(keyFile, JSON.stringify(apiKeys), { mode: 0o600 });
  const child = execa(process.execPath, ['--import', 'tsx', 'infra/hosts/node.ts'], {
    extendEnv: false,
    env: {
      PATH: process.env['PATH'],
      DATABASE_URL: world.database.apiUrl,
      HAAS_KEY_FILE: keyFile,
      HAAS_LISTEN: '127.0.0.1:0',
      ...env,
    },
    reject: false,
    buffer: false,
    stderr: 'inherit',
  });
  test.onTestFinished(async () => {
    child.kill('SIGKILL');
    await child;
    await rm(folder, { recursive: true });
  });
  const url = `http://127.0.0.1:${await portOf(child.stdout)}/v0`;
  return {
    url,
    async call(user, method, path, body) {
      const response = await fetch(url + path, {
        method,
        headers: { authorization: basic(user) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, body: text === '' ? null : JSON.parse(text) };
    },
    async kill() {
      child.kill('SIGKILL');
      await child;
    },
    async stop() {
      child.kill('SIGTERM');
      await child;
    },
  };
}

async function portOf(stdout: NodeJS.ReadableStream): Promise<number> {
  const lines = createInterface({ input: stdout });
  for await (const line of lines) {
    const said = announcement.safeParse(JSON.parse(line));
    // Read on, or a full pipe would stop the process.
    if (said.success) {
      stdout.resume();
      return said.data.port;
    }
  }
  throw new Error('the API process ended before it answered');
}
