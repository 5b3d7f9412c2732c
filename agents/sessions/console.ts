import { StringDecoder } from 'node:string_decoder';
import { DeviceError } from '../device-error.ts';
import type { Dialect, Question } from './dialect.ts';
import { afterEcho, lastLine, overwrite, plain, quote } from './screen.ts';
import type { Timeouts } from './timeouts.ts';
import type { Wire } from './wire.ts';

/** How a console is to behave: names and secrets for its errors, its patience, and who may end it. */
export interface ConsoleOptions {
  readonly label: string;
  /** Never to appear in an error. */
  readonly secrets: readonly string[];
  readonly timeouts: Timeouts;
  /** Ends the session at once. */
  readonly signal: AbortSignal;
}

/** What a device answered to one line: its text without echo, log lines and prompt, and the mode of the prompt that followed. */
export interface Answer {
  readonly text: string;
  /** As `config-if`; empty at the outermost prompt. */
  readonly mode: string;
}

/** Something recognised on the screen, that counts after so many milliseconds of silence. */
interface Sighting<T> {
  readonly value: T;
  readonly quiet: number;
}

/** Most characters that one answer may have. */
const answerLimit = 262_144;
/** Most characters that one line of an answer may have. Patterns are tried on lines, and some take long on what no switch prints. */
const longestLine = 8_192;
/** Silence (ms) after which a prompt counts although the echo of the line before it was not recognised. */
const quietWithoutEcho = 100;
/** The same (ms) on a device that echoes, where nothing looks like an echo: such a prompt may be left over from before. */
const quietWithNothing = 2_000;
/** Silence (ms) after which a question of the login counts if a return was sent that it may still be the answer to. */
const quietAfterKnock = 500;
/** Silence (ms) after a log line, with no prompt, before a bare return asks for the prompt again; four times as long for each further one. */
const nudgeAfter = 250;
/** Silence (ms) with nothing said at all, after which a bare return asks for the login prompt that some devices owe. */
const knockAfter = 1_500;
/** How long (ms) a logout may take before the connection is simply dropped. */
const farewell = 2_000;

/**
 * A conversation with a device, one line at a time, over any wire.
 *
 * The end of an answer is the prompt: the host name learned at login, alone on the last line. A look-alike inside the output
 * or left over from before does not count, because the prompt must come after the echo of the line just typed. That is certain
 * without waiting; only where an echo cannot be recognised (a terminal that scrolls sideways) a short silence is asked for instead.
 */
export class Console {
  readonly #wire: Wire;
  readonly #dialect: Dialect;
  readonly #options: ConsoleOptions;
  readonly #log: RegExp;
  readonly #decoder = new StringDecoder('utf8');
  #raw = '';
  /** When the device was last heard. */
  #heard = performance.now();
  /** Bare returns sent since the last line. */
  #nudges = 0;
  #greeted = false;
  #knocked = false;
  /** Whether an echo was ever recognised. */
  #echoes = false;
  #wake: () => void = () => {};
  /** Why the session is over. */
  #ended: string | undefined;
  #aborted = false;
  #host: string | undefined;
  #mode = '';

  constructor(wire: Wire, dialect: Dialect, options: ConsoleOptions) {
    this.#wire = wire;
    this.#dialect = dialect;
    this.#options = options;
    this.#log = new RegExp(`(?:${dialect.log.source})[^\\n]*\\n?`, 'g');
    wire.stream.on('data', this.#hear);
    wire.stream.on('error', (error: Error) => this.#end(error.message));
    wire.stream.on('end', () => this.#end('the device closed the connection'));
    wire.stream.on('close', () => this.#end('the connection was closed'));
    options.signal.addEventListener('abort', this.#abort, { once: true });
    if (options.signal.aborted) this.#abort();
  }

  /** The mode of the last prompt seen, as `config-if`; empty at the outermost. */
  get mode(): string {
    return this.#mode;
  }

  /** Whether the session can take another line. */
  get open(): boolean {
    return this.#ended === undefined;
  }

  /**
   * Types a line and waits (milliseconds) for the prompt; `questions` that come before it are answered, each once.
   * Throws `lost` when the connection ends or the device falls silent, `unintelligible` when it never stops talking;
   * the session is over after either.
   */
  async line(text: string, timeout = this.#options.timeouts.line, questions: readonly Question[] = []): Promise<Answer> {
    this.type(text);
    const open = new Set(questions);
    const answer = await this.#wait(timeout, `after ${JSON.stringify(text)}`, () => {
      const found = this.#answer(text);
      if (!found) this.#reply(open);
      return found;
    });
    if (answer.text.split('\n').every((line) => line.length <= longestLine)) return answer;
    throw this.error(
      'unintelligible',
      `said a line of more than ${longestLine} characters after ${JSON.stringify(text)}`,
      answer.text,
    );
  }

  /** Types a line without waiting. Throws when it holds what a terminal would not take as text. */
  type(text: string): void {
    if (/[\x00-\x1f\x7f]/.test(text)) throw new TypeError('a line for a device must not hold control characters');
    this.#raw = '';
    this.#nudges = 0;
    this.#knocked = false;
    this.#greeted = true;
    if (this.open) this.#wire.stream.write(text + this.#wire.lineEnd);
  }

  /** Waits (milliseconds) until `look` finds something on the screen and the device has then been quiet for a moment. */
  async see<T>(timeout: number, waiting: string, quiet: number, look: (screen: string) => T | undefined): Promise<T> {
    return await this.#wait(timeout, waiting, () => {
      const screen = this.#screen();
      const value = screen === undefined ? undefined : look(screen);
      if (value === undefined) this.#knock();
      const unsettled = this.#knocked || this.#nudges > 0;
      return value === undefined ? undefined : { value, quiet: unsettled ? Math.max(quiet, quietAfterKnock) : quiet };
    });
  }

  /** Types the first line of the session and learns the host name from the prompt that follows. */
  async learn(text: string, timeout: number): Promise<void> {
    this.type(text);
    this.#host = await this.#wait(timeout, `after ${JSON.stringify(text)}`, () => {
      const host = this.#dialect.prompt.exec(overwrite(lastLine(this.#screen() ?? '')))?.[1];
      if (host === undefined) return undefined;
      this.#echoes = afterEcho(plain(this.#raw), text) !== undefined;
      return { value: host, quiet: this.#echoes ? 0 : quietWithoutEcho };
    });
  }

  /** Logs out, waiting a moment for the device to hang up, and closes. Never throws. */
  async close(): Promise<void> {
    try {
      for (const line of this.#dialect.leave) if (this.open && this.#mode !== '') await this.line(line, farewell);
      this.type(this.#dialect.logout);
      const { elevate } = this.#dialect;
      const fallen = () =>
        elevate?.from.test(overwrite(lastLine(this.#screen() ?? ''))) ? { value: true, quiet: 0 } : undefined;
      await this.#wait(farewell, 'at the end', fallen);
      this.type(this.#dialect.logout);
      await this.#wait(farewell, 'at the end', () => undefined);
    } catch {
      // Over in either case: by the device or by the time that it had.
    }
    this.#end('it was closed from here');
  }

  /** An error about this device, with what it said; secrets are removed. */
  error(fault: DeviceError['fault'], problem: string, said: string): DeviceError {
    const { label, secrets } = this.#options;
    return new DeviceError(fault, `${label} ${problem}; it said: ${quote(said, secrets)}`, { said });
  }

  readonly #hear = (bytes: Buffer): void => {
    this.#raw += this.#decoder.write(bytes);
    this.#heard = performance.now();
    this.#wake();
  };

  readonly #abort = (): void => {
    this.#aborted = true;
    this.#end('it was called off');
  };

  #end(reason: string): void {
    if (this.#ended === undefined) {
      this.#ended = reason;
      this.#options.signal.removeEventListener('abort', this.#abort);
      this.#wire.destroy();
    }
    this.#wake();
  }

  #fail(fault: DeviceError['fault'], problem: string): DeviceError {
    this.#end(problem);
    return this.error(fault, problem, this.#raw);
  }

  async #wait<T>(timeout: number, waiting: string, look: () => Sighting<T> | undefined): Promise<T> {
    const deadline = performance.now() + timeout;
    for (;;) {
      const seen = this.#aborted ? undefined : look();
      const now = performance.now();
      const ripe = seen ? this.#heard + seen.quiet : now + nudgeAfter;
      if (seen && (ripe <= now || !this.open)) return seen.value;
      if (this.#ended !== undefined) throw this.#fail('lost', `ended the session ${waiting}: ${this.#ended}`);
      if (this.#raw.length > answerLimit)
        throw this.#fail('unintelligible', `said more than ${answerLimit} characters ${waiting}`);
      if (now >= deadline) throw this.#fail('lost', `gave no prompt in ${Math.round(timeout)} ms ${waiting}`);
      await this.#news(Math.min(ripe, deadline) - now);
    }
  }

  #news(within: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, Math.ceil(within));
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** The text so far without log lines, or undefined when it stopped at a pager that has now been told to go on. */
  #screen(): string | undefined {
    const text = plain(this.#raw);
    if (this.#dialect.pager.test(overwrite(lastLine(text)))) {
      this.#raw = this.#raw.slice(0, this.#raw.lastIndexOf('\n') + 1);
      this.#wire.stream.write(' ');
      return undefined;
    }
    // A description may hold the like of a log line, which would take the line after it along.
    const quietText = text.replace(this.#log, (log: string, ...found: unknown[]) => {
      const at = found.find((each) => typeof each === 'number') ?? 0;
      return /^[ \t]*description\b/.test(text.slice(text.lastIndexOf('\n', at) + 1, at)) ? log : '';
    });
    const disturbed = quietText.length < text.length && lastLine(quietText) === '';
    if (disturbed && performance.now() - this.#heard >= nudgeAfter * 4 ** this.#nudges) {
      // The log line took the prompt's place. Should the device be busy instead, one prompt too many comes before the next echo.
      this.#nudges += 1;
      this.#wire.stream.write(this.#wire.lineEnd);
    }
    return quietText;
  }

  /** Some devices say nothing before a key is pressed. */
  #knock(): void {
    if (this.#greeted || this.#raw !== '' || performance.now() - this.#heard < knockAfter) return;
    this.#heard = performance.now();
    this.#knocked = true;
    this.#wire.stream.write(this.#wire.lineEnd);
  }

  #reply(open: Set<Question>): void {
    const last = overwrite(lastLine(plain(this.#raw)));
    for (const question of open) {
      if (!question.asked.test(last)) continue;
      open.delete(question);
      this.#wire.stream.write(question.key ? question.reply : question.reply + this.#wire.lineEnd);
      return;
    }
  }

  #answer(line: string): Sighting<Answer> | undefined {
    const screen = this.#screen();
    if (screen === undefined) return undefined;
    const mode = this.#promptMode(overwrite(lastLine(screen)));
    if (mode === undefined) return undefined;
    const rest = afterEcho(screen, line);
    const lines = overwrite(rest ?? screen).split('\n');
    const first = lines[0]?.slice(-3) ?? '';
    // An echo that was redrawn shows at least the end of the line.
    const redrawn = rest === undefined && line.endsWith(first);
    if (redrawn) lines.shift();
    const text = lines.filter((each) => this.#promptMode(each) === undefined).join('\n');
    this.#mode = mode;
    if (rest !== undefined) this.#echoes = true;
    const unseen = this.#echoes && !(redrawn && first !== '') ? quietWithNothing : quietWithoutEcho;
    return { value: { text, mode }, quiet: rest === undefined ? unseen : 0 };
  }

  /** The mode that a line shows if it is this device's prompt and nothing else. */
  #promptMode(line: string): string | undefined {
    const match = this.#dialect.prompt.exec(line);
    if (!match || this.#host === undefined) return undefined;
    const [, host = '', mode = ''] = match;
    // Some devices cut a long host name where a mode follows it.
    const cut = mode !== '' && host.length >= 16 && this.#host.startsWith(host);
    return host === this.#host || cut ? mode : undefined;
  }
}
