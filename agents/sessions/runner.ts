import type { Client, ClientChannel } from 'ssh2';
import { DeviceError } from '../device-error.ts';
import { outputLimit, runProgram } from './program.ts';
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

/** Words that mean to a shell what they mean to a program: no shell has to be told to leave them alone. */
const plainWord = /^[A-Za-z0-9_@%+=:,./-]+$/;

/** Runs programs on this machine, as argv, without a shell. */
export function localRunner({ label, secrets, signal }: RunnerOptions): Runner {
  return {
    async run(argv, timeout) {
      const [file = '', ...rest] = checked(argv);
      if (signal.aborted) throw new DeviceError('lost', `${label} has no session: it was called off`);
      const ran = await runProgram(file, rest, { timeout, signal });
      if (ran.end === 'missing')
        throw new DeviceError('unreachable', `${label}: there is no program ${file} on this machine: install it`);
      if (ran.end === 'cut') throw new DeviceError('lost', `${label}: ${argv.join(' ')}: ${quote(ran.why, secrets)}`);
      return { code: ran.code, stdout: ran.stdout, stderr: ran.stderr };
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

function checked(argv: readonly string[]): readonly string[] {
  const bad = argv.find((word) => !plainWord.test(word));
  if (bad !== undefined) throw new TypeError(`${JSON.stringify(bad)} must not reach a command line`);
  return argv;
}
