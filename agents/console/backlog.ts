import type { ConsoleEntry } from '../../db/commands/consoles.ts';

/** The most bytes in one piece of a log. */
const LARGEST = 32_768;
/** A piece holds what came within so many milliseconds; it has the time of its first byte. */
const LONGEST = 250;
/** The most bytes of one console that one request carries. */
const REQUEST = 2 * LARGEST;
/** The most bytes of one console that wait for the database. */
export const CAPACITY = 1024 * 1024;
/** What a mark takes of the capacity: a line that comes and goes while the database is away must not fill the memory either. */
const MARK = 256;

type Chunk = NonNullable<ConsoleEntry['chunk']>;
/** A piece of a log with its place in it, never changed again. */
export interface Piece {
  readonly at: Date;
  readonly chunk: Chunk;
}

/** Something of which no request was made yet. */
type Part =
  | { readonly kind: 'data'; readonly at: Date; readonly data: Buffer[]; size: number }
  | { readonly kind: 'mark'; readonly at: Date; readonly text: string; readonly size: number }
  /** What had to be dropped from here, all of it in one mark. */
  | { readonly kind: 'dropped'; readonly at: Date; until: Date; bytes: number; marks: number; readonly size: number };

/**
 * What one console said and the database does not have yet, in order. A piece gets its seq when a request with it is about to be made,
 * and then stays as it is until the database has it. Beyond the capacity the oldest of the rest is dropped, since the last lines of a
 * machine in trouble say more than those before; a mark stands where it was.
 */
export class Backlog {
  #nextSeq: number;
  #sending: Piece[] = [];
  #sendingSize = 0;
  #waiting: Part[] = [];
  #waitingSize = 0;

  /** `nextSeq`: the seq of the next piece in the database. */
  constructor(nextSeq: number) {
    this.#nextSeq = nextSeq;
  }

  get isEmpty(): boolean {
    return this.#sending.length === 0 && this.#waiting.length === 0;
  }

  /** Whether a request could be filled without waiting for more. */
  get isLarge(): boolean {
    return this.#sendingSize + this.#waitingSize >= LARGEST;
  }

  /** When the oldest of what the database lacks was read; undefined: it has everything. */
  get since(): Date | undefined {
    return (this.#sending[0] ?? this.#waiting[0])?.at;
  }

  /** The console said something. */
  write(data: Buffer, at: Date): void {
    for (let from = 0; from < data.length; from += LARGEST) this.#add(data.subarray(from, from + LARGEST), at);
    this.#limit();
  }

  /** Something is missing from here; the text says what, and why. */
  mark(text: string, at: Date): void {
    this.#push({ kind: 'mark', at, text, size: MARK });
    this.#limit();
  }

  /** What to tell the database now; the same until it is acknowledged. */
  next(): readonly Piece[] {
    if (this.#sending.length > 0) return this.#sending;
    let taken = 0;
    for (const part of this.#waiting) {
      if (taken > 0 && this.#sendingSize + part.size > REQUEST) break;
      this.#sending.push({ at: part.at, chunk: this.#numbered(part) });
      this.#sendingSize += part.size;
      taken += 1;
    }
    this.#waiting.splice(0, taken);
    this.#waitingSize -= this.#sendingSize;
    return this.#sending;
  }

  /** The database has what `next` gave last. */
  acknowledge(): void {
    this.#sending = [];
    this.#sendingSize = 0;
  }

  /**
   * Goes on where the database is, when nobody else wrote since: what it has of the last request is acknowledged.
   * False: it cannot be where we left it.
   */
  goOn(nextSeq: number): boolean {
    const first = this.#sending[0]?.chunk.seq ?? this.#nextSeq;
    if (nextSeq < first || nextSeq > this.#nextSeq) return false;
    this.#sending = this.#sending.filter(({ chunk }) => chunk.seq >= nextSeq);
    if (this.#sending.length === 0) this.#sendingSize = 0;
    return true;
  }

  #add(data: Buffer, at: Date): void {
    const last = this.#waiting.at(-1);
    if (last?.kind === 'data' && last.size + data.length <= LARGEST && isSoonAfter(at, last.at)) {
      last.data.push(data);
      last.size += data.length;
      this.#waitingSize += data.length;
    } else {
      this.#push({ kind: 'data', at, data: [data], size: data.length });
    }
  }

  #push(part: Part): void {
    this.#waiting.push(part);
    this.#waitingSize += part.size;
  }

  #limit(): void {
    if (this.#sendingSize + this.#waitingSize <= CAPACITY) return;
    const first = this.#waiting[0];
    if (!first) return;
    const dropped: Part =
      first.kind === 'dropped' ? first : { kind: 'dropped', at: first.at, until: first.at, bytes: 0, marks: 0, size: MARK };
    let count = first === dropped ? 1 : 0;
    if (count === 0) this.#waitingSize += dropped.size;
    for (; this.#sendingSize + this.#waitingSize > CAPACITY; count += 1) {
      const part = this.#waiting[count];
      if (!part) break;
      this.#waitingSize -= part.size;
      dropped.until = part.at;
      if (part.kind === 'data') dropped.bytes += part.size;
      else dropped.marks += 1;
    }
    this.#waiting.splice(0, count, dropped);
  }

  #numbered(part: Part): Chunk {
    const seq = this.#nextSeq;
    this.#nextSeq += 1;
    switch (part.kind) {
      case 'data':
        return { seq, data: Buffer.concat(part.data) };
      case 'mark':
        return { seq, gap: part.text };
      case 'dropped': {
        const marks = part.marks === 0 ? '' : ` and ${part.marks} mark(s) of gaps`;
        return {
          seq,
          gap: `${period(part.at, part.until)}: ${part.bytes} bytes of output${marks} were dropped, as the database took nothing for too long`,
        };
      }
    }
  }
}

function isSoonAfter(later: Date, at: Date): boolean {
  // A clock that was set back ends a piece as well.
  return Math.abs(later.getTime() - at.getTime()) < LONGEST;
}

/** A time that includes both moments, to the second. */
export function period(from: Date, to: Date): string {
  return `${second(Math.floor(from.getTime() / 1000))} to ${second(Math.ceil(to.getTime() / 1000))}`;
}

function second(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}
