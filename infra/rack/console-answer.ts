import { setTimeout as delay } from 'node:timers/promises';
import type { Asking, Talk } from './console.ts';
import { readLine } from './line-editor.ts';
import { GARBLE, type Misbehaviour } from './misbehaviour.ts';
import { type Pager, writePaged } from './pager.ts';
import { type Terminal, withReturns } from './terminal.ts';

/** Ends a conversation that the user gave up with Ctrl-C. */
export class Cancelled extends Error {}

/** What an answer must know of the session it is given in. */
export interface AnswerSetting {
  readonly misbehaviour: Misbehaviour;
  readonly pager: Pager;
  readonly lineEnd: string;
  readonly rows: number;
  readonly columns: number;
  /** Raw. */
  readonly logLine: () => string;
  readonly save: () => Promise<void> | null;
  /** Rejects at the end of the connection, and never settles before. */
  readonly gone: Promise<never>;
}

/**
 * The answer to one line, as far as the faults let it through. It is written as it comes, unless a fault must see it whole: then
 * it is kept until the prompt, or a question, ends it.
 */
export class ConsoleAnswer implements Talk {
  readonly #terminal: Terminal;
  readonly #setting: AnswerSetting;
  /** The line as typed, which is what faults go by. */
  readonly #line: string;
  /** What was typed last: the line, or the reply to a question. */
  #typed: string;
  #kept = '';

  constructor(terminal: Terminal, line: string, setting: AnswerSetting) {
    this.#terminal = terminal;
    this.#line = line;
    this.#typed = line;
    this.#setting = setting;
  }

  print(text: string): void {
    if (this.#whole) this.#kept += withReturns(text);
    else this.#terminal.write(withReturns(text));
  }

  /** Prints a screen at a time. */
  async page(text: string): Promise<void> {
    if (this.#whole) this.print(text);
    else await writePaged(this.#terminal, text, this.#setting);
  }

  async ask(question: string, { key = false, echo = 'plain' }: Asking = {}): Promise<string> {
    const prompt = withReturns(question);
    if (this.#hits('garble')) this.#kept = `${GARBLE}\r\n`;
    await this.#send(this.#kept + prompt);
    this.#kept = '';
    const reply = key ? await this.#readKey(echo) : await this.#readLine(prompt, echo);
    this.#typed = echo === 'plain' ? reply : '';
    return reply;
  }

  async pause(milliseconds: number): Promise<void> {
    await delay(milliseconds, undefined, { signal: this.#terminal.closed });
  }

  save(): Promise<void> | null {
    const saved = this.#setting.save();
    return saved && Promise.race([saved, this.#setting.gone]);
  }

  /** Ends the answer with the prompt (raw). */
  async end(prompt: string): Promise<void> {
    if (this.#hits('drop')) {
      const answer = this.#kept + prompt;
      this.#terminal.write(answer.slice(0, Math.floor(answer.length / 2)));
      this.#terminal.breakOff();
      return this.#setting.gone;
    }
    if (this.#hits('garble')) this.#kept = `${GARBLE}\r\n`;
    if (!this.#hits('log')) return this.#send(this.#kept + prompt);
    const log = this.#setting.logLine();
    // A command that prints nothing is answered by its prompt alone, and the log line comes behind that: no prompt follows it.
    await this.#send(this.#kept === '' ? prompt + log : intoTheMiddle(this.#kept, log) + prompt);
  }

  #hits(fault: 'garble' | 'drop' | 'log'): boolean {
    return this.#setting.misbehaviour.hits(fault, this.#line);
  }

  get #whole(): boolean {
    const { faults } = this.#setting.misbehaviour;
    return faults.answer !== undefined || this.#hits('garble') || this.#hits('drop') || this.#hits('log');
  }

  async #send(answer: string): Promise<void> {
    const { text, hangUp } = this.#setting.misbehaviour.alter(this.#typed, answer);
    this.#terminal.write(text);
    if (!hangUp) return;
    this.#terminal.breakOff();
    await this.#setting.gone;
  }

  async #readKey(echo: Asking['echo']): Promise<string> {
    const key = await this.#terminal.read();
    if (key >= ' ' && echo !== 'nothing') this.#terminal.write(echo === 'stars' ? '*' : key);
    return key;
  }

  async #readLine(prompt: string, echo: 'plain' | 'stars' | 'nothing'): Promise<string> {
    const { columns: width, lineEnd } = this.#setting;
    const typed = await readLine(this.#terminal, { prompt, width, echo, lineEnd });
    if (typed.end !== 'entered') throw new Cancelled();
    return typed.text;
  }
}

/** Puts a log line between two lines of an answer. */
function intoTheMiddle(answer: string, log: string): string {
  const lines = answer.split(/(?<=\n)/);
  const middle = Math.ceil(lines.length / 2);
  return [...lines.slice(0, middle), log, ...lines.slice(middle)].join('');
}
