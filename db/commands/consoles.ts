import { z } from 'zod';
import type { Connection } from '../client.ts';
import { type Claim, leaseLost } from './claim.ts';

/** How it stands with an agent's session with a console. */
export type LineState = 'opening' | 'open' | 'down';

/** Something that is told of a console under the lease of its device. `at`: when the agent read it, or knew it. */
export interface ConsoleEntry {
  readonly held: Pick<Claim, 'deviceId' | 'fence'>;
  readonly console: number;
  readonly at: Date;
  /** The next piece of the log: bytes as they came, or what is missing and why. The log has each seq once, and keeps the first that came. */
  readonly chunk?: { readonly seq: number; readonly data: Buffer } | { readonly seq: number; readonly gap: string };
  readonly line?: { readonly state: LineState; readonly problem: string | null };
}

const attachRow = z.object({ next_seq: z.coerce.number() });
const letGoRow = z.object({ console: z.coerce.number() });

/**
 * The seq of the next piece of a console's log. Undefined: this console is not to be held, because it was released or stopped, or is
 * another machine's. Throws LeaseLost.
 */
export async function attachConsole(connection: Connection, held: Claim, console: number): Promise<number | undefined> {
  const [row] = await connection`select * from agent_attach_console(${held.deviceId}, ${held.fence}, ${console})`.catch(
    leaseLost,
  );
  return row && attachRow.parse(row).next_seq;
}

/**
 * Adds to the logs of many consoles, in order of seq for each; what they have already is passed over, so a call whose answer was lost is
 * made again as it was. An entry with neither a chunk nor a line only asks. Answers the consoles of which nothing was taken, because they
 * were released or stopped, or their device is not held under this fence any more.
 */
export async function appendConsoles(connection: Connection, entries: readonly ConsoleEntry[]): Promise<Set<number>> {
  const rows = await connection`select * from agent_append_console(${connection.json(entries.map(asJson))})`;
  return new Set(
    z
      .array(letGoRow)
      .parse(rows)
      .map(({ console }) => console),
  );
}

function asJson({ held, console, at, chunk, line }: ConsoleEntry): Record<string, string | number | null> {
  const base = { device: held.deviceId, fence: held.fence, console, at: at.toISOString(), ...line };
  if (!chunk) return base;
  if ('gap' in chunk) return { ...base, seq: chunk.seq, gap: chunk.gap };
  return { ...base, seq: chunk.seq, data: chunk.data.toString('base64') };
}
