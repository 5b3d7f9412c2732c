import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Outcome } from '../db/commands/outcome.ts';
import { type SwitchAccess, switchAccess } from '../db/devices/access.ts';
import { consoleDevice } from '../db/devices/console.ts';
import { headnodeIdentity } from '../db/devices/headnode.ts';
import { bmcAccess } from '../db/devices/obm.ts';
import { fileName } from './file-name.ts';
import { JournalError, JournalFile } from './journal-file.ts';
import { outcomeShape } from './outcome-shape.ts';

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

/** A console that is to be held: its number, and how to reach the node or headnode whose it is. */
const heldConsole = z.union([
  z.strictObject({ console: z.int(), access: bmcAccess }),
  z.strictObject({ console: z.int(), headnode: headnodeIdentity }),
]);
export type HeldConsole = z.output<typeof heldConsole>;

const begun = z.strictObject({ id: z.string(), seq: z.int(), port: z.string().nullable() });
const openCommand = begun.extend({ outcome: outcomeShape.optional() });

/** A whole journal in one line. It is the first line of every file; what happened since follows. */
const snapshot = z.strictObject({
  version: z.literal(1),
  issuer: z.string(),
  device: z.string(),
  /** Highest seq ever begun. */
  highest: z.int(),
  /** Every seq up to here counts as begun. */
  forgotten: z.int(),
  begun: z.array(z.int()),
  open: z.array(openCommand),
  unsaved: switchAccess.nullable(),
  /** Missing in journals from before there were consoles. */
  console: heldConsole.nullable().default(null),
});

const event = z.union([
  z.strictObject({ begin: z.array(begun), unsaved: switchAccess.optional() }),
  z.strictObject({ end: z.string(), outcome: outcomeShape }),
  z.strictObject({ settled: z.array(z.string()) }),
  z.strictObject({ saved: z.literal(true) }),
  z.strictObject({ console: heldConsole.nullable() }),
]);
type Event = z.output<typeof event>;

const mentionsConsole = z.object({ console: heldConsole.nullable() });
const mentionsUnsaved = z.union([z.object({ saved: z.literal(true) }), z.object({ unsaved: switchAccess.nullable() })]);

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
      if (first !== undefined) this.#restore(this.#file.parse(snapshot, first));
      for (const line of rest) this.#apply(this.#file.parse(event, line));
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

  #record(happened: Event, how: 'durable' | 'written'): void {
    this.#file.append(happened, how);
    this.#lines += 1;
    this.#apply(happened);
  }

  #rewrite(): void {
    this.#file.rewrite(this.#snapshot());
    this.#lines = 0;
  }

  #apply(happened: Event): void {
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

  #restore({ issuer, device, highest, forgotten, begun, open, unsaved, console }: z.output<typeof snapshot>): void {
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

  #snapshot(): z.output<typeof snapshot> {
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

/**
 * Switches whose changed configuration no process of this agent saw saved: they are to be saved before anything else happens to them.
 * The journals of the devices in `except` are not looked at.
 */
export function unsavedSwitches(folder: string, issuer: string, except: readonly string[] = []): SwitchAccess[] {
  return journalTexts(folder, issuer, 'switch/', except).flatMap((text) => lastUnsaved(text) ?? []);
}

/** The devices of consoles that are to be held. The journals of those in `except` are not looked at. */
export function openConsoles(folder: string, issuer: string, except: readonly string[] = []): string[] {
  return heldConsoles(folder, issuer, except).map(deviceOf);
}

function heldConsoles(folder: string, issuer: string, except: readonly string[]): HeldConsole[] {
  const prefixes = (['node', 'headnode'] as const).map((of) => consoleDevice({ of, label: '' }));
  return prefixes.flatMap((prefix) => journalTexts(folder, issuer, prefix, except)).flatMap((text) => lastConsole(text) ?? []);
}

function deviceOf(held: HeldConsole): string {
  return 'access' in held
    ? consoleDevice({ of: 'node', label: held.access.label })
    : consoleDevice({ of: 'headnode', label: held.headnode.label });
}

/** The credentials in the journals, sealed, and of which device's journal each is. */
export function sealedInJournals(folder: string, issuer: string): { readonly device: string; readonly sealed: string }[] {
  const switches = unsavedSwitches(folder, issuer).map(({ label, sealed }) => ({ device: `switch/${label}`, sealed }));
  const consoles = heldConsoles(folder, issuer, []).flatMap((held) =>
    'access' in held ? { device: deviceOf(held), sealed: held.access.sealed } : [],
  );
  return [...switches, ...consoles];
}

/** The journals of the devices whose labels begin so: whoever looks through them does it again and again. */
function journalTexts(folder: string, issuer: string, prefix: string, except: readonly string[]): string[] {
  const own = join(folder, fileName(issuer));
  if (!existsSync(own)) return [];
  const [readable = ''] = fileName(prefix).split('.');
  const passedOver = new Set(except.map((device) => `${fileName(device)}.jsonl`));
  return readdirSync(own)
    .filter((name) => name.startsWith(readable) && name.endsWith('.jsonl') && !passedOver.has(name))
    .map((name) => readFileSync(join(own, name), 'utf8'));
}

/**
 * Only a first look, without the device's lock: whoever acts on it opens the journal properly.
 * From the end, parsing as little as possible, since it is done again and again for every device.
 */
function lastUnsaved(text: string): SwitchAccess | null {
  const found = lastLine(text, 'saved":', mentionsUnsaved);
  return found && 'unsaved' in found ? found.unsaved : null;
}

function lastConsole(text: string): HeldConsole | null {
  return lastLine(text, '"console":', mentionsConsole)?.console ?? null;
}

function lastLine<S extends z.ZodType>(text: string, hint: string, shape: S): z.output<S> | undefined {
  for (const line of text.split('\n').reverse()) {
    if (!line.includes(hint)) continue;
    const parsed = shape.safeParse(jsonOrNull(line));
    if (parsed.success) return parsed.data;
  }
  return undefined;
}

function jsonOrNull(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
