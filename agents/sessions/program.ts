import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';

/** How a program ended, and what it had printed by then. */
export type ProgramEnd =
  | { readonly end: 'exited'; readonly code: number; readonly stdout: string; readonly stderr: string }
  /** There is no such program on this machine. */
  | { readonly end: 'missing' }
  /** It did not come to its end, so that its output may be half of what it would be. `why` says `by` what, as a sentence. */
  | {
      readonly end: 'cut';
      readonly by: 'caller' | 'time' | 'size' | 'signal';
      readonly why: string;
      readonly stdout: string;
      readonly stderr: string;
    };

/** What a program may have of this machine, beyond its arguments. */
export interface ProgramOptions {
  /** Milliseconds. */
  readonly timeout: number;
  readonly signal: AbortSignal;
  /** What it finds in its environment, beside a PATH. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Most bytes that one program may print. */
export const outputLimit = 4_194_304;

/** All that programs get to know: nothing of the agent's own environment, its database login least of all, is for them. */
export function programEnvironment(more: Readonly<Record<string, string>> = {}): Record<string, string> {
  return { PATH: process.env['PATH'] ?? '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C', ...more };
}

/** Runs a program on this machine to its end, without a shell. It is killed when its time is over or `signal` fires. Never rejects. */
export async function runProgram(
  file: string,
  args: readonly string[],
  { timeout, signal, environment }: ProgramOptions,
): Promise<ProgramEnd> {
  if (signal.aborted) return { end: 'cut', by: 'caller', why: 'it was called off', stdout: '', stderr: '' };
  const running = execa(file, args, {
    timeout,
    cancelSignal: signal,
    // What may be deaf to a polite request would go on beyond its time.
    killSignal: 'SIGKILL',
    reject: false,
    stdin: 'ignore',
    maxBuffer: outputLimit,
    stripFinalNewline: false,
    extendEnv: false,
    env: programEnvironment(environment),
  });
  const ran = await inTime(running, timeout, signal);
  if (!ran) {
    const why = `it did not end in ${timeout} ms, nor when it was killed`;
    return { end: 'cut', by: signal.aborted ? 'caller' : 'time', why, stdout: '', stderr: '' };
  }
  if (ran.code === 'ENOENT') return { end: 'missing' };
  const { stdout, stderr } = ran;
  // An exit code says nothing where the output was cut off, or the program was told to end.
  const cut = ran.isMaxBuffer || ran.timedOut || ran.isCanceled;
  if (ran.exitCode !== undefined && !cut) return { end: 'exited', code: ran.exitCode, stdout, stderr };
  const output = { end: 'cut', stdout, stderr } as const;
  if (ran.isMaxBuffer) return { ...output, by: 'size', why: `it printed more than ${outputLimit} bytes` };
  if (signal.aborted) return { ...output, by: 'caller', why: 'it was called off' };
  if (ran.timedOut) return { ...output, by: 'time', why: `it did not end in ${timeout} ms` };
  return { ...output, by: 'signal', why: ran.shortMessage ?? 'it did not run' };
}

/** How long (ms) a program that is to end, and what it started, may take about it. */
const lastBreath = 500;

/** What a program answers; undefined where it, or what it started, cannot be killed: what `sudo` runs belongs to somebody else. */
async function inTime<T>(running: Promise<T>, timeout: number, signal: AbortSignal): Promise<T | undefined> {
  const waiting = new AbortController();
  const either = { signal: waiting.signal };
  const called = signal.aborted ? Promise.resolve() : once(signal, 'abort', either).then(() => {});
  const late = Promise.race([sleep(Math.max(0, timeout), undefined, either), called]).then(() =>
    sleep(lastBreath, undefined, either),
  );
  try {
    return await Promise.race([running, late]);
  } finally {
    waiting.abort();
    called.catch(() => {});
    late.catch(() => {});
  }
}
