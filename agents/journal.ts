import { join } from 'node:path';
import type { z } from 'zod';
import type { Outcome } from '../db/commands/outcome.ts';
import type { SwitchAccess } from '../db/devices/access.ts';
import { fileName } from './file-name.ts';
import { JournalError, JournalFile } from './journal-file.ts';
import { type HeldConsole, type JournalEvent, journalEvent, journalSnapshot } from './journal-lines.ts';

/** How many begun seqs are remembered one by one, per device. */
const REMEMBERED = 1000;
/** How many lines a journal that stays open may grow to. */
const LONGEST = 10_000;

/** A command as the journal knows it: who it is, its place in the order, and the port that it changes, if it changes any. */
export interface Begun {
  readonly id: string;
  readonly seq: number;
  readonly port: string | null;
}

/** What the journal says to a command that is about to be carried out. */
export type Admission =
  /** Never seen, and nothing later was begun. */
  | { readonly kind: 'fresh' }
  /** Begun by an earlier process, which did not come to an end: look at the device before writing to it. */
  | { readonly kind: 'again' }
  /** Ended, and the database may not know: tell it again, and leave the device alone. */
  | { readonly kind: 'ended'; readonly outcome: Outcome }
  | { readonly kind: 'replayed' }
  | { readonly kind: 'out-of-order' };

/**
 * What an agent has begun on one device, in its own words: the database is not believed in this.
 * Only the holder of the device's local lock opens it. A journal that is not understood whole is never reset:
 * opening it throws JournalError, until a person has looked.
 */
export class Journal {
  readonly #file: JournalFile;
  readonly #issuer: string;
  readonly #device: string;
  readonly #open = new Map<string, Begun & { outcome?: Outcome | undefined }>();
  readonly #begun = new Set<number>();
  #highest = 0;
  #forgotten = 0;
  #unsaved: SwitchAccess | null = null;
  #console: HeldConsole | null = null;
  /** Lines since the snapshot. */
  #lines = 0;

  /** Opens the journal of a device, or makes an empty one. Throws JournalError. */
  constructor(folder: string, issuer: string, device: string) {
    this.#issuer = issuer;
    this.#device = device;
    this.#file = new JournalFile(journalPath(folder, issuer, device));
    try {
      const [first, ...rest] = this.#file.read();
      if (first !== undefined) this.#restore(this.#file.parse(journalSnapshot, first));
      for (const line of rest) this.#apply(this.#file.parse(journalEvent, line));
      this.#lines = rest.length;
      if (first === undefined || rest.length > REMEMBERED) this.#rewrite();
    } catch (error) {
      this.#file.close();
      throw error;
    }
  }

  /** How to reach the switch whose changed configuration was not seen saved; null: there is none. */
  get unsaved(): SwitchAccess | null {
    return this.#unsaved;
  }

  /** The console that is to be held; null: none is. */
  get console(): HeldConsole | null {
    return this.#console;
  }

  /** The moment that was left in the journal last, in this process or an earlier one; undefined: the journal was just made. */
  get leftAt(): Date | undefined {
    return this.#file.leftAt;
  }

  /** The outcome of a command that ended here and that the database may not know. */
  recall(id: string): Outcome | undefined {
    return this.#open.get(id)?.outcome;
  }

  /** Whether a command was begun and did not end. */
  isOpen(id: string): boolean {
    const known = this.#open.get(id);
    return known !== undefined && known.outcome === undefined;
  }

  /**
   * Whether a verified command may be begun.
   * `replayed`: its seq was begun before, by whatever id, or is so old that it cannot be told.
   * `out-of-order`: its seq was never begun, and a later one was.
   */
  admit({ id, seq }: Begun): Admission {
    const known = this.#open.get(id);
    if (known?.seq === seq) return known.outcome ? { kind: 'ended', outcome: known.outcome } : { kind: 'again' };
    if (seq <= this.#forgotten || this.#begun.has(seq)) return { kind: 'replayed' };
    return seq < this.#highest ? { kind: 'out-of-order' } : { kind: 'fresh' };
  }

  /**
   * Writes down commands that `admit` let through, in order of seq. Returns when the disk has them: only then may the device be touched.
   * An older command of the same port that did not end is closed by that, and will be `replayed`.
   * `access` is how to reach the switch to have it saved afterwards; null: these commands leave nothing to be saved.
   * Throws when the disk does not take it; then nothing was begun.
   */
  begin(commands: readonly Begun[], access: SwitchAccess | null): void {
    const fresh = commands.filter(({ id }) => !this.#open.has(id));
    const known = access === null || JSON.stringify(this.#unsaved) === JSON.stringify(access);
    const unsaved = known ? {} : { unsaved: access };
    if (fresh.length > 0 || unsaved.unsaved) this.#record({ begin: fresh, ...unsaved }, 'durable');
  }

  /**
   * Writes down how a command ended, before the database is told. Not forced to the disk: the line survives this process,
   * and where the whole host fails before it is written, the command is still open, and the next process reads the device back.
   */
  end(id: string, outcome: Outcome): void {
    if (this.#open.has(id)) this.#record({ end: id, outcome }, 'written');
  }

  /** The database knows how these ended: from now on they are replays. */
  settled(ids: readonly string[]): void {
    const known = ids.filter((id) => this.#open.has(id));
    if (known.length === 0) return;
    this.#record({ settled: known }, 'written');
    // The device of a console is held for months, and typed into all the time.
    if (this.#lines > LONGEST) this.#rewrite();
  }

  /** Writes down that a console is to be held from now on, or none: the disk has it when this returns. */
  holdConsole(wanted: HeldConsole | null): void {
    if (JSON.stringify(this.#console) !== JSON.stringify(wanted)) this.#record({ console: wanted }, 'durable');
  }

  /** Leaves a moment for whoever opens the journal next. Costs next to nothing; neither forced to the disk nor of use for any decision. */
  leave(at: Date): void {
    this.#file.leave(at);
  }

  /** The device starts with what it runs. */
  saved(): void {
    if (this.#unsaved) this.#record({ saved: true }, 'written');
  }

  /** Closes the file. */
  close(): void {
    this.#file.close();
  }

  #record(happened: JournalEvent, how: 'durable' | 'written'): void {
    this.#file.append(happened, how);
    this.#lines += 1;
    this.#apply(happened);
  }

  #rewrite(): void {
    this.#file.rewrite(this.#snapshot());
    this.#lines = 0;
  }

  #apply(happened: JournalEvent): void {
    if ('begin' in happened) {
      for (const { id, seq, port } of happened.begin) {
        for (const older of this.#open.values()) {
          if (port !== null && older.port === port && older.seq < seq && !older.outcome) this.#open.delete(older.id);
        }
        this.#open.set(id, { id, seq, port });
        this.#remember(seq);
      }
      if (happened.unsaved) this.#unsaved = happened.unsaved;
    } else if ('end' in happened) {
      const known = this.#open.get(happened.end);
      if (known) known.outcome = happened.outcome;
    } else if ('settled' in happened) {
      for (const id of happened.settled) this.#open.delete(id);
    } else if ('console' in happened) {
      this.#console = happened.console;
    } else {
      this.#unsaved = null;
    }
  }

  #remember(seq: number): void {
    this.#highest = Math.max(this.#highest, seq);
    this.#begun.add(seq);
    // Seqs are begun in ascending order, and a Set keeps that order.
    for (const oldest of this.#begun) {
      if (this.#begun.size <= REMEMBERED) break;
      this.#begun.delete(oldest);
      this.#forgotten = Math.max(this.#forgotten, oldest);
    }
  }

  #restore({ issuer, device, highest, forgotten, begun, open, unsaved, console }: z.output<typeof journalSnapshot>): void {
    if (issuer !== this.#issuer || device !== this.#device) {
      throw new JournalError(
        `the journal of ${this.#device} is in truth that of ${device} of ${issuer}: put the files back`,
        true,
      );
    }
    this.#highest = highest;
    this.#forgotten = forgotten;
    for (const seq of begun) this.#begun.add(seq);
    for (const command of open) this.#open.set(command.id, command);
    this.#unsaved = unsaved;
    this.#console = console;
  }

  #snapshot(): z.output<typeof journalSnapshot> {
    return {
      version: 1,
      issuer: this.#issuer,
      device: this.#device,
      highest: this.#highest,
      forgotten: this.#forgotten,
      begun: [...this.#begun],
      open: [...this.#open.values()],
      unsaved: this.#unsaved,
      console: this.#console,
    };
  }
}

/** Where the journal of a device is, in the folder of all journals. */
export function journalPath(folder: string, issuer: string, device: string): string {
  return join(folder, fileName(issuer), `${fileName(device)}.jsonl`);
}
