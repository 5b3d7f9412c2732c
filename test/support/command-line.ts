import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { execa } from 'execa';
import type { TestContext } from 'vitest';
import { readOperations } from '../../infra/cli/document.ts';
import { run } from '../../infra/cli/run.ts';
import { listening } from './listening.ts';
import { until } from './until.ts';

/** Read once: it takes longer than most commands. */
const operations = readOperations();

type Test = Pick<TestContext, 'onTestFinished'>;
type Env = Record<string, string>;

/** The command as it is installed. */
export const haasProgram = resolve('infra/cli.mjs');

/** What a command said, and how it ended. */
export interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command in this process, where it has no terminal; `input` is its standard input. */
export async function haas(words: readonly string[], env: Env = {}, input = ''): Promise<Said> {
  const said = { out: '', err: '' };
  const output = (name: 'out' | 'err') => ({
    write(data: string | Uint8Array) {
      said[name] += typeof data === 'string' ? data : Buffer.from(data).toString();
      return true;
    },
    once: () => {},
  });
  const terminal = { env: { ...env }, stdin: Readable.from([input]), stdout: output('out'), stderr: output('err') };
  return { code: await run(words, terminal, operations), ...said };
}

/** Runs a command as a process of its own. */
export async function haasProcess(words: readonly string[], env: Env = {}, input = '', program = haasProgram): Promise<Said> {
  const {
    exitCode = -1,
    stdout,
    stderr,
  } = await execa(program, words, {
    env: { PATH: process.env['PATH'], ...env },
    extendEnv: false,
    input,
    reject: false,
  });
  return { code: exitCode, out: stdout, err: stderr };
}

/** A folder of one test, which is its home. */
export async function homeFolder(test: Test): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'haas-home-'));
  test.onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

/** A request as a server got it. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** A server on a real socket that keeps what it is sent, and answers by `answer`: an empty success unless told otherwise. */
export async function recordingServer(
  test: Test,
  answer: (request: Received, response: ServerResponse, count: number) => void = (_, response) => void response.end(),
): Promise<{ readonly url: string; readonly received: Received[] }> {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const part of request) body += String(part);
    const { method = '', url: path = '', headers } = request;
    const kept = { method, path, headers, body };
    answer(kept, response, received.push(kept));
  });
  const port = await listening(test, server);
  return { url: `http://127.0.0.1:${port}`, received };
}

/** Why tests in a real terminal are skipped; undefined where they are not. */
export const terminalsMissing = spawnSync('script', ['--version']).stdout?.includes('util-linux')
  ? undefined
  : 'there is no script of util-linux';

/** A real terminal in which a shell command runs. */
export interface RealTerminal {
  /** Everything that it showed. */
  shown(): string;
  /** Resolves when it shows this; answers everything that it showed so far. */
  shows(text: string | RegExp): Promise<string>;
  /** Presses keys. */
  press(keys: string): void;
  /** The exit code of the command. */
  readonly ended: Promise<number>;
}

/** Runs a shell command in a terminal of its own; ends with the test. */
export function inTerminal(test: Test, command: string, env: Env = {}): RealTerminal {
  const child: ChildProcess = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
    env: { PATH: process.env['PATH'] ?? '', TERM: 'xterm', SHELL: '/bin/sh', ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  test.onTestFinished(() => void child.kill('SIGKILL'));
  let text = '';
  child.stdout?.on('data', (part) => {
    text += String(part);
  });
  const has = (wanted: string | RegExp) => (typeof wanted === 'string' ? text.includes(wanted) : wanted.test(text));
  return {
    shown: () => text,
    async shows(wanted) {
      await until(() => has(wanted), `the terminal shows ${wanted}`).catch((error: unknown) => {
        throw new Error(`${error}\nIt shows ${JSON.stringify(text.slice(-2000))}`);
      });
      return text;
    },
    press: (keys) => void child.stdin?.write(keys),
    ended: once(child, 'close').then(([code]) => Number(code)),
  };
}
