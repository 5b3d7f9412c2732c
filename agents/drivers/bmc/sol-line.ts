import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ProgramEnd, programEnvironment } from '../../sessions/program.ts';
import { quote } from '../../sessions/screen.ts';
import type { ConsoleLine } from '../console-line.ts';
import { BmcError } from './bmc-error.ts';
import { SolOutput } from './sol-output.ts';
import { SolTyping } from './sol-typing.ts';

/** What is run for a console, and for whom. */
export interface SolProgram {
  readonly label: string;
  readonly file: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
  readonly signal: AbortSignal;
  /** Milliseconds in which the console must be open. */
  readonly timeout: number;
  /** Ends the session at the BMC, where the program could not. May reject. */
  readonly deactivate: () => Promise<unknown>;
}

/** Milliseconds that ipmitool is given to say good-bye to the BMC, to read what was typed, and to have its last output read. */
const patience = { farewell: 3_000, reading: 6_000, lastOutput: 500 };

/** Lines of stderr that are kept, and the characters of each. */
const mostLines = 50;
const longestLine = 1_000;

/** Orders to ipmitool, and what it prints for each: to suspend itself, and to send a break. */
const suspend = { typed: Buffer.from('~\x1a'), printed: '~^Z [suspend ipmitool]\n' };
const sendBreak = { typed: Buffer.from('~B'), printed: '~B [send break]\n' };

/**
 * What ipmitool says on stderr when it turns to its input, because that is no terminal: once when the console is open, and again
 * whenever it was to suspend itself. What it prints to stdout is kept back until the machine prints something.
 */
const turnsToInput = 'tcgetattr: ';

/** What ipmitool says when the BMC does not answer to empty packets of the console. */
const silence = 'No response to keepalive';

/**
 * A console that `ipmitool sol activate` carries. The program runs in a session of its own, which has no terminal that it
 * could be suspended from: an order to suspend itself only makes it say that it has read what was typed before.
 */
export class SolLine implements ConsoleLine {
  readonly ended: Promise<string>;
  readonly #program: SolProgram;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #typing = new SolTyping();
  readonly #output = new SolOutput();
  /** Lines of stderr, the last one as far as it came. */
  readonly #said: string[] = [''];
  /** Whether all that was typed has certainly been read. */
  #allRead = true;
  #over: string | undefined;
  #isClosing = false;
  #queue: Promise<void> = Promise.resolve();
  #turned: () => void = () => {};

  /**
   * Starts the program. Resolves to a line once the console is open, or to how the program ended instead.
   * `onOutput` is called as `openConsole` of `Bmc` says.
   */
  static async start(program: SolProgram, onOutput: (data: Buffer) => void): Promise<SolLine | ProgramEnd> {
    const cut = (by: 'caller' | 'time' | 'signal', why: string, stderr = ''): ProgramEnd => ({
      end: 'cut',
      by,
      why,
      stdout: '',
      stderr,
    });
    if (program.signal.aborted) return cut('caller', 'it was called off');
    const child = spawn(program.file, program.args, { detached: true, env: programEnvironment(program.environment) });
    // Written to one that has ended: the end itself tells all there is to tell.
    child.stdin.on('error', () => {});
    const failed = new Promise<NodeJS.ErrnoException>((resolve) => child.on('error', resolve));
    if (child.pid === undefined) {
      const { code, message } = await failed;
      return code === 'ENOENT' ? { end: 'missing' } : cut('signal', message);
    }
    const line = new SolLine(program, child, onOutput);
    const waiting = new AbortController();
    const late = sleep(program.timeout, 'late' as const, { signal: waiting.signal }).catch(() => 'late' as const);
    const first = await Promise.race([line.#open(), line.ended.then(() => 'over' as const), late]);
    waiting.abort();
    if (first === 'open') return line;
    line.#kill();
    await line.ended;
    const stderr = line.#said.join('\n');
    if (program.signal.aborted) return cut('caller', 'it was called off', stderr);
    if (first === 'late') return cut('time', `it did not open the console in ${program.timeout} ms`, stderr);
    if (child.exitCode === null) return cut('signal', `it was ended by ${child.signalCode}`, stderr);
    return { end: 'exited', code: child.exitCode, stdout: '', stderr };
  }

  private constructor(program: SolProgram, child: ChildProcessWithoutNullStreams, onOutput: (data: Buffer) => void) {
    this.#program = program;
    this.#child = child;
    const print = (data: Buffer) => {
      if (data.length > 0) onOutput(data);
    };
    child.stdout.on('data', (data: Buffer) => {
      if (this.#over === undefined) print(this.#output.take(data));
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => this.#hear(text));
    const abort = () => this.#kill();
    program.signal.addEventListener('abort', abort, { once: true });
    this.ended = this.#end().then(() => {
      program.signal.removeEventListener('abort', abort);
      print(this.#output.end());
      const why = this.#why();
      this.#over = why;
      this.#turned();
      return why;
    });
  }

  write(data: Buffer): Promise<void> {
    return this.#inTurn(async () => {
      if (data.length === 0) return;
      this.#allRead = false;
      await this.#type(this.#typing.encode(data));
    });
  }

  /** ipmitool takes an order only at the start of a line, and sends a break before all that it read together with it. */
  sendBreak(): Promise<void> {
    return this.#inTurn(async () => {
      if (!this.#typing.atLineStart) throw this.#refused('a break can only be sent at the start of a line');
      if (!this.#allRead) {
        this.#output.expect(suspend.printed);
        const turned = this.#turn();
        await this.#type(suspend.typed);
        if (!(await turned)) throw this.#refused('what was typed before was not read yet');
        this.#allRead = true;
      }
      this.#output.expect(sendBreak.printed);
      await this.#type(sendBreak.typed);
    });
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    if (this.#over !== undefined) return;
    // ipmitool reads to the end of what was typed, ends the session and exits.
    this.#child.stdin.end();
    if (await this.#isOverIn(patience.farewell)) return;
    this.#kill();
    await this.ended;
    await this.#program.deactivate().catch(() => {});
  }

  /** One after the other, in the order of the calls, whether or not the one before went well. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#queue.then(() => {
      if (this.#over !== undefined || this.#isClosing) throw this.#lost();
      return work();
    });
    this.#queue = done.catch(() => {});
    return done;
  }

  /** Resolves when the pipe to the program has taken it. */
  #type(bytes: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#child.stdin.write(bytes, (error) => (error ? reject(this.#lost()) : resolve()));
    });
  }

  /** Resolves when ipmitool has turned to its input for the first time. */
  async #open(): Promise<'open' | 'over'> {
    const opened = new Promise<void>((resolve) => {
      this.#turned = resolve;
    });
    await opened;
    return this.#over === undefined ? 'open' : 'over';
  }

  /** Whether ipmitool turns to its input again, in time. */
  async #turn(): Promise<boolean> {
    const waiting = new AbortController();
    const turned = new Promise<boolean>((resolve) => {
      this.#turned = () => resolve(this.#over === undefined);
    });
    const late = sleep(patience.reading, false, { signal: waiting.signal }).catch(() => false);
    const answer = await Promise.race([turned, late]);
    waiting.abort();
    return answer;
  }

  #hear(text: string): void {
    const [rest = '', ...lines] = text.split('\n');
    this.#said.push(`${this.#said.pop() ?? ''}${rest}`.slice(0, longestLine));
    for (const line of lines) {
      if (this.#said.at(-1)?.startsWith(turnsToInput)) {
        this.#said.pop();
        this.#turned();
      }
      // What it does next takes seconds, and ends the session of whoever has the console now.
      if (this.#said.at(-1)?.includes(silence)) this.#kill();
      this.#said.push(line.slice(0, longestLine));
      if (this.#said.length > mostLines) this.#said.shift();
    }
  }

  #kill(): void {
    this.#child.kill('SIGKILL');
  }

  /** Resolves when the program has ended and its output is read; what it leaves running does not count. */
  async #end(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#child.once('close', () => resolve()));
    await new Promise<void>((resolve) => this.#child.once('exit', () => resolve()));
    await Promise.race([closed, sleep(patience.lastOutput)]);
    this.#child.stdout.destroy();
    this.#child.stderr.destroy();
  }

  async #isOverIn(time: number): Promise<boolean> {
    const waiting = new AbortController();
    const late = sleep(time, false, { signal: waiting.signal }).catch(() => false);
    const answer = await Promise.race([this.ended.then(() => true), late]);
    waiting.abort();
    return answer;
  }

  #why(): string {
    const said = this.#said.join('\n');
    if (this.#isClosing) return 'it was closed from here';
    if (this.#program.signal.aborted) return 'it was called off';
    if (said.includes(silence))
      return 'the BMC said nothing on the console any more: it is gone or was restarted, or somebody else took the console over';
    if (said.includes('Error sending SOL data'))
      return 'the BMC did not take what was typed: it is gone or was restarted, or somebody else took the console over';
    if (said.includes('SOL session closed by BMC')) return 'the BMC ended it';
    return `ipmitool ended: ${quote(said, this.#program.secrets)}`;
  }

  #lost(): BmcError {
    return new BmcError('hung', `${this.#program.label}: the console is closed: ${this.#over ?? 'it is being closed'}`);
  }

  #refused(why: string): BmcError {
    return new BmcError('refused', `${this.#program.label}: no break was sent: ${why}; open the console anew`);
  }
}
