import type { Outcome } from '../../db/commands/outcome.ts';
import { DeviceError } from '../device-error.ts';
import { Errand } from '../errand.ts';
import { messageOf, scrub } from '../scrub.ts';
import type { ConsoleJob } from '../task.ts';
import type { OpenConsole } from './open-console.ts';

/** Keystrokes, or a break. */
export type Keys = Extract<ConsoleJob, { kind: 'console.input' | 'console.break' }>;

/** What typing needs. */
export interface TypistMeans {
  /** The console that is open now. */
  readonly open: () => OpenConsole | undefined;
  /** How long keystrokes wait for a line, and may take, in milliseconds. */
  readonly limit: number;
  /** Keystrokes have ended. */
  readonly end: (id: string, kind: Keys['kind'], outcome: Outcome) => void;
}

/** How long keystrokes that are under way may take when the console is to be closed. Milliseconds. */
const CUT = 300;

/** Types what it is told to, in order, each once; what may have been typed in part is never typed again. */
export class Typist {
  readonly #means: TypistMeans;
  readonly #typing = new Errand(() => this.#type());
  /** The first is under way. */
  #keys: { readonly id: string; readonly job: Keys }[] = [];
  #late = new AbortController();
  #isCut = false;

  constructor(means: TypistMeans) {
    this.#means = means;
  }

  /** Types this after everything else. */
  add(id: string, job: Keys): void {
    this.#keys.push({ id, job });
    this.#typing.ask();
  }

  /** Whether a command with this id is still to be typed. */
  has(id: string): boolean {
    return this.#keys.some((keys) => keys.id === id);
  }

  get isIdle(): boolean {
    return this.#keys.length === 0;
  }

  /** Ends what is being typed, now. */
  giveUp(): void {
    this.#late.abort();
  }

  /** Ends everything, after a moment in which what is under way may finish. */
  async cut(): Promise<void> {
    this.#isCut = true;
    const late = setTimeout(() => this.giveUp(), CUT);
    await this.#typing.done();
    clearTimeout(late);
    this.#isCut = false;
  }

  async #type(): Promise<void> {
    for (let keys = this.#keys[0]; keys; keys = this.#keys[0]) {
      const { id, job } = keys;
      const outcome = await this.#press(job);
      this.#keys.shift();
      this.#means.end(id, job.kind, outcome);
    }
  }

  async #press(job: Keys): Promise<Outcome> {
    const open = this.#means.open();
    if (open?.console !== job.console)
      return { status: 'failed', reason: 'closed', message: 'the console is not open: nothing was sent' };
    if (this.#isCut) return notSent('the console is being closed');
    const late = new AbortController();
    this.#late = late;
    const limit = setTimeout(() => late.abort(), this.#means.limit);
    try {
      open.log.hurry();
      if (job.kind === 'console.input') await open.line.type(job.data, late.signal);
      else await open.line.sendBreak(late.signal);
      return { status: 'done', result: { console: job.console } };
    } catch (error) {
      const message = scrub(messageOf(error), []);
      const fault = error instanceof DeviceError ? error.fault : 'lost';
      if (fault === 'refused') return { status: 'failed', reason: 'device-refused', message };
      return fault === 'unreachable' ? notSent(message) : perhapsSent(message);
    } finally {
      clearTimeout(limit);
    }
  }
}

/** Whether a job is to be typed. */
export function isKeys(job: ConsoleJob): job is Keys {
  return job.kind === 'console.input' || job.kind === 'console.break';
}

/** The end of keystrokes of which the machine got nothing. */
export function notSent(why: string): Outcome {
  return { status: 'failed', reason: 'interrupted', message: `nothing was sent: ${why}` };
}

/** The end of keystrokes of which nobody can tell what the machine got. */
export function perhapsSent(why: string): Outcome {
  return { status: 'unknown', reason: 'unproven', message: `some of it may have been sent: ${why}` };
}
