import type { Connection } from '../../../db/client.ts';
import { type Chunk, firstChunkSince, readChunksBack } from '../../../db/queries/consoles.ts';

/** The most bytes of the last lines: a program that paints the whole screen ends no line. */
const LONGEST_TAIL = 1024 * 1024;
/** As much of what came before as any escape sequence may be long. */
const CONTEXT = 4096;
const LF = 0x0a;

/** What of a log is shown before what comes next: so many of the last lines, or everything since a moment. */
export type Replay = { readonly tail: number } | { readonly since: Date };

/** Where a replay begins. */
export interface Start {
  /** The seq before the first piece that is shown. */
  readonly after: number;
  /** How many bytes of that first piece are left out. */
  readonly skipped: number;
  /** Output right before, for whoever must know what the first byte is in the middle of. */
  readonly context: Uint8Array;
}

/** Finds where a replay of a log begins that ends with the piece `newest`. */
export async function startOf(sql: Connection, id: number, newest: number, replay: Replay): Promise<Start> {
  const place = 'since' in replay ? await since(sql, id, newest, replay.since) : await tail(sql, id, newest, replay.tail);
  return { after: place.after, skipped: place.rest.length, context: await contextOf(sql, id, place) };
}

interface Place {
  readonly after: number;
  /** What comes before the beginning in the same piece. */
  readonly rest: Uint8Array;
}

const NOTHING = new Uint8Array();

async function since(sql: Connection, id: number, newest: number, moment: Date): Promise<Place> {
  const first = await firstChunkSince(sql, id, moment);
  return { after: first === undefined ? newest : Math.min(newest, first - 1), rest: NOTHING };
}

async function tail(sql: Connection, id: number, newest: number, lines: number): Promise<Place> {
  let before = newest + 1;
  if (lines === 0) return { after: newest, rest: NOTHING };
  let [bytes, ends, isLast] = [0, 0, true];
  for (;;) {
    const chunks = await readChunksBack(sql, id, before);
    if (chunks.length === 0) return { after: before - 1, rest: NOTHING };
    for (const { seq, data } of chunks) {
      for (let at = data.length - 1; at >= 0; at -= 1) {
        const isEnd = data[at] === LF;
        // The end of the last line ends no line before it.
        if (isEnd && !isLast) ends += 1;
        if (ends === lines || bytes === LONGEST_TAIL) return { after: seq - 1, rest: data.subarray(0, at + 1) };
        bytes += 1;
        isLast = false;
      }
      before = seq;
    }
  }
}

async function contextOf(sql: Connection, id: number, { after, rest }: Place): Promise<Uint8Array> {
  const parts: Uint8Array[] = [rest];
  for (const { data, gap } of rest.length < CONTEXT ? await readChunksBack(sql, id, after + 1) : []) {
    if (gap !== null || parts.reduce((sum, part) => sum + part.length, 0) >= CONTEXT) break;
    parts.unshift(data);
  }
  return Buffer.concat(parts).subarray(-CONTEXT);
}

/** What of a piece of a log is shown when a replay begins in it. */
export function shownOf({ after, skipped }: Start, { seq, data }: Chunk): Uint8Array {
  return seq === after + 1 ? data.subarray(skipped) : data;
}
