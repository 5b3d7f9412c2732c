import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import type { Client, ClientChannel } from 'ssh2';
import { DeviceError } from '../device-error.ts';
import { quote } from './screen.ts';

/** What a program said and how it ended. */
interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a runner must know of its device. `secrets` never appear in an error. */
export interface RunnerOptions {
  readonly label: string;
  readonly secrets: readonly string[];
  readonly signal: AbortSignal;
}

/** Runs programs on a device, one after the other. */
export interface Runner {
  /** Runs one program to its end. Throws `lost` when it does not end in time (milliseconds), or the connection does. */
  run(argv: readonly string[], timeout: number): Promise<Ran>;
  /** Ends the connection. Never throws. */
  close(): Promise<void>;
}

/** Most bytes that one program may print. */
const outputLimit = 4_194_304;

/** Words that mean to a shell what they mean to a program: no shell has to be told to leave them alone. */
const plainWord = /^[A-Za-z0-9_@%+=:,./-]+$/;

/** Runs programs on this machine, as argv, without a shell. */
export function localRunner({ label, secrets, signal }: RunnerOptions): Runner {
  return {
    async run(argv, timeout) {
      const [file = '', ...rest] = checked(argv);
      if (signal.aborted) throw new DeviceError('lost', `${label} has no session: it was called off`);
      const running = execa(file, rest, {
        timeout,
        cancelSignal: signal,
        // What may be deaf to a polite request would go on beyond its time.
        killSignal: 'SIGKILL',
        reject: false,
        stdin: 'ignore',
        maxBuffer: outputLimit,
        stripFinalNewline: false,
        // Nothing of the agent's own environment, its database login least of all, is for programs.
        extendEnv: false,
        env: { PATH: process.env['PATH'] ?? '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' },
      });
      const ran = await inTime(running, timeout, signal);
      if (!ran)
        throw new DeviceError('lost', `${label}: ${argv.join(' ')}: it did not end in ${timeout} ms, nor when it was killed`);
      if (ran.code === 'ENOENT')
        throw new DeviceError('unreachable', `${label}: there is no program ${file} on this machine: install it`);
      // An exit code says nothing where the output was cut off, or the program was told to end.
      const cut = ran.isMaxBuffer || ran.timedOut || ran.isCanceled;
      if (ran.exitCode !== undefined && !cut) return { code: ran.exitCode, stdout: ran.stdout, stderr: ran.stderr };
      const why = ran.isMaxBuffer
        ? `it printed more than ${outputLimit} bytes`
        : signal.aborted
          ? 'it was called off'
          : ran.timedOut
            ? `it did not end in ${timeout} ms`
            : (ran.shortMessage ?? 'it did not run');
      throw new DeviceError('lost', `${label}: ${argv.join(' ')}: ${quote(why, secrets)}`);
    },
    async close() {},
  };
}

/** Runs programs on another machine, each in a channel of its own on one SSH connection. */
export function sshRunner(client: Client, { label, secrets, signal }: RunnerOptions): Runner {
  let ended: string | undefined;
  /** What gives up each program that is under way. */
  const running = new Set<(why: string) => void>();
  const closed = new Promise<void>((resolve) => {
    client.once('close', () => {
      ended ??= 'the device closed the connection';
      signal.removeEventListener('abort', abort);
      for (const lost of running) lost(ended);
      resolve();
    });
  });
  const abort = () => {
    ended ??= 'it was called off';
    client.destroy();
  };
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();

  return {
    run(argv, timeout) {
      const command = checked(argv).join(' ');
      return new Promise((resolve, reject) => {
        const lost = (why: string) => {
          ended ??= why;
          done();
          client.destroy();
          reject(new DeviceError('lost', `${label}: ${command}: ${quote(ended, secrets)}`));
        };
        const done = () => {
          clearTimeout(timer);
          running.delete(lost);
        };
        const timer = setTimeout(() => lost(`it did not end in ${Math.round(timeout)} ms`), timeout);
        if (ended !== undefined) return lost(ended);
        running.add(lost);
        const opened = (error: Error | undefined, channel: ClientChannel) => {
          if (error) return lost(error.message);
          const output: Record<'stdout' | 'stderr', Buffer[]> = { stdout: [], stderr: [] };
          let length = 0;
          let code: number | undefined;
          const take = (from: 'stdout' | 'stderr') => (bytes: Buffer) => {
            length += bytes.length;
            if (length > outputLimit) lost(`it printed more than ${outputLimit} bytes`);
            else output[from].push(bytes);
          };
          channel.on('data', take('stdout'));
          channel.stderr.on('data', take('stderr'));
          channel.on('exit', (status: number | null) => {
            code = status ?? undefined;
          });
          channel.on('error', (failure: Error) => lost(failure.message));
          channel.on('close', () => {
            // Without an exit code nobody can tell whether the output is whole.
            if (code === undefined) return lost('it ended without an exit code');
            done();
            resolve({
              code,
              stdout: Buffer.concat(output.stdout).toString('utf8'),
              stderr: Buffer.concat(output.stderr).toString('utf8'),
            });
          });
          channel.end();
        };
        try {
          client.exec(command, opened);
        } catch (error) {
          // A connection may have ended without anybody having been told yet.
          lost(error instanceof Error ? error.message : String(error));
        }
      });
    },
    async close() {
      ended ??= 'it was closed from here';
      signal.removeEventListener('abort', abort);
      client.end();
      // A device that does not answer the farewell is left without one.
      const impatient = setTimeout(() => client.destroy(), 2_000);
      await closed;
      clearTimeout(impatient);
    },
  };
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

function checked(argv: readonly string[]): readonly string[] {
  const bad = argv.find((word) => !plainWord.test(word));
  if (bad !== undefined) throw new TypeError(`${JSON.stringify(bad)} must not reach a command line`);
  return argv;
}
