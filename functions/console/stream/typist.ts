import type { Tx } from '../../../db/client.ts';
import { MOST_TYPED } from '../../../db/commands/kinds.ts';
import type { LabelledMachine } from '../../../db/devices/console.ts';
import { readEnding } from '../../../db/queries/commands.ts';
import type { Caller } from '../../http/caller.ts';
import { Redirect, refuser } from '../../http/operation.ts';
import { Problem } from '../../http/problem.ts';
import type { ConsoleMachine } from '../../rules/console-machine.ts';
import { type Typed, type TypingSession, typeInto, typingRefusals } from '../../rules/console-typing.ts';
import type { Services } from '../../services.ts';

/** The most bytes that wait to be typed; whoever sends more waits. */
const MOST_WAITING = 64 * 1024;
/** How long a command may take before it is called off, in ms: longer than it is valid. */
const PATIENCE = 35_000;

const refuse = refuser(typingRefusals);

/** A machine into whose console is typed. */
export interface TypingMachine extends LabelledMachine {
  /** Finds it for somebody who may use its console, kept as it is until the transaction ends, or where else the console is. */
  reach(tx: Tx, caller: Caller): Promise<ConsoleMachine | Redirect>;
}

/** Who types where. */
export interface Typing {
  readonly services: Services;
  readonly caller: Caller;
  readonly machine: TypingMachine;
  readonly session: TypingSession;
  /** Writes into the audit that somebody types here; done with the first that is typed. */
  readonly record: (tx: Tx) => Promise<void>;
  /** Something was not typed; people are told why. */
  readonly onProblem: (code: string, message: string) => void;
}

/**
 * Types for one connection: in order, one command at a time, and what is sent while that is under way together in the next. The right to
 * type is checked each time, in the transaction of the command. What follows on something that was not typed is not typed either.
 */
export class Typist {
  readonly #typing: Typing;
  readonly #gone: AbortSignal;
  #waiting: Typed[] = [];
  #size = 0;
  #room: (() => void)[] = [];
  #isTyping = false;
  #isRecorded = false;

  constructor(typing: Typing, gone: AbortSignal) {
    this.#typing = typing;
    this.#gone = gone;
  }

  /** Has something typed; resolves when there is room for more. What comes after the client has gone is not typed. */
  async type(typed: Typed): Promise<void> {
    if (this.#gone.aborted) return;
    this.#waiting.push(typed);
    this.#size += typed.length;
    if (!this.#isTyping) void this.#run();
    if (this.#size >= MOST_WAITING) await new Promise<void>((resolve) => this.#room.push(resolve));
  }

  async #run(): Promise<void> {
    this.#isTyping = true;
    while (this.#waiting.length > 0 && !this.#gone.aborted) {
      const problem = await this.#typeNext(this.#take());
      if (!problem) continue;
      this.#waiting = [];
      this.#size = 0;
      this.#typing.onProblem(problem.code, problem.message);
    }
    this.#isTyping = false;
    this.#makeRoom();
  }

  /** As many bytes as one command types, or one break. */
  #take(): Typed {
    const parts: Uint8Array[] = [];
    let size = 0;
    for (let next = this.#waiting[0]; next !== undefined && size < MOST_TYPED; next = this.#waiting[0]) {
      if (next === 'break') {
        if (size > 0) break;
        this.#waiting.shift();
        this.#size -= next.length;
        return next;
      }
      const part = next.subarray(0, MOST_TYPED - size);
      parts.push(part);
      size += part.length;
      if (part.length < next.length) this.#waiting[0] = next.subarray(part.length);
      else this.#waiting.shift();
    }
    this.#size -= size;
    if (this.#size < MOST_WAITING) this.#makeRoom();
    return Buffer.concat(parts);
  }

  #makeRoom(): void {
    for (const resolve of this.#room.splice(0)) resolve();
  }

  async #typeNext(typed: Typed): Promise<{ code: string; message: string } | undefined> {
    const { services, caller, machine, session, record } = this.#typing;
    const { of, label } = machine;
    const sql = services.database.$client;
    try {
      const current = await caller.current();
      if (!current) return { code: `not_your_${of}`, message: 'you are signed in no more: connect again' };
      const issued = await services.database.transaction(async (tx) => {
        const reached = await machine.reach(tx, current);
        if (reached instanceof Redirect) return undefined;
        if (!this.#isRecorded) await record(tx);
        return typeInto({ tx, services, caller: current, refuse }, reached, typed, session);
      });
      this.#isRecorded ||= issued !== undefined;
      if (issued === undefined) return { code: 'not_open', message: 'the console is reached in another way now' };
      if (!(await services.finished.wait([issued], PATIENCE, this.#gone))) {
        if (this.#gone.aborted) return undefined;
        await sql`select expire_commands(device_id) from commands where id = ${issued}`;
      }
      const { status, message } = await readEnding(sql, issued);
      if (status === 'done') return undefined;
      const what = status === 'failed' || status === 'refused' ? 'did not reach' : 'may not have reached';
      return {
        code: 'not_typed',
        message: `what you typed ${what} the machine: ${message ?? 'the agent has not said what became of it'}`,
      };
    } catch (error) {
      if (error instanceof Problem) return { code: error.code, message: error.message };
      services.log.warn({ err: error, [of]: label }, 'something could not be typed into a console');
      return { code: 'not_typed', message: 'what you typed may not have reached the machine: the database did not answer' };
    }
  }
}
