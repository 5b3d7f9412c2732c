import { Failure } from './failure.ts';

/** What is written to: standard output or standard error. */
export interface Output {
  write(data: string | Uint8Array): boolean;
  once(event: 'drain', listener: () => void): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** What is read from: standard input. */
export interface Input extends AsyncIterable<Buffer | string> {
  on(event: 'data', listener: (data: Buffer) => void): unknown;
  off(event: 'data', listener: (data: Buffer) => void): unknown;
  pause(): unknown;
  resume(): unknown;
  readonly isTTY?: boolean;
  setRawMode?(mode: boolean): unknown;
}

/** Where a command runs: in a process, or in a test. */
export interface Terminal {
  readonly env: NodeJS.ProcessEnv;
  readonly stdin: Input;
  readonly stdout: Output;
  readonly stderr: Output;
}

/** Whether people look at this output, and like colours. */
export function isColoured({ env }: Terminal, { isTTY }: Output): boolean {
  return isTTY === true && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';
}

/** Controls, and marks that change the direction of what follows: a name that holds them shall not act on the terminal. */
const HARMFUL = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

/** A text of somebody else as it can be shown on a terminal. Line ends and tabs stay where `lines` says so. */
export function harmless(text: string, lines: 'keep lines' | 'one line' = 'one line'): string {
  return text.replace(HARMFUL, (character) => {
    if (lines === 'keep lines' && (character === '\n' || character === '\t')) return character;
    return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;
  });
}

/** Writes all of this, waiting while it cannot be taken. */
export async function writeAll(output: Output, data: string | Uint8Array): Promise<void> {
  if (!output.write(data)) await new Promise<void>((resolve) => output.once('drain', resolve));
}

/** Writes what comes, as it comes, until it ends. Throws Failure when the connection is lost before. */
export async function pour(output: Output, stream: ReadableStream<Uint8Array>, signal?: AbortSignal): Promise<void> {
  const parts = stream[Symbol.asyncIterator]();
  const next = () =>
    parts.next().catch((error: unknown) => {
      signal?.throwIfAborted();
      throw new Failure('unreachable', `the connection was lost: ${error instanceof Error ? error.message : error}`);
    });
  for (let part = await next(); !part.done; part = await next()) await writeAll(output, part.value);
}
