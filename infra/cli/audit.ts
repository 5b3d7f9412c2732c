import { z } from 'zod';
import type { Running } from './carry-out.ts';
import { Failure } from './failure.ts';
import { failureOf, jsonOf } from './problem.ts';
import { show } from './table.ts';
import { isColoured, writeAll } from './terminal.ts';

const PATH = '/v0/audit/verification';
/** The fewest entries that can be asked for. */
const FEWEST = 500;

const verified = z.object({
  from: z.int(),
  to: z.int(),
  hash: z.string(),
  is_complete: z.boolean(),
  problem: z.object({ seq: z.int(), id: z.string().nullable(), what: z.string(), msg: z.string() }).nullable(),
});
type Verified = z.output<typeof verified>;

/** The last entry of an audit: its seq and its hash. */
export interface Head {
  readonly seq: string;
  readonly hash: string;
}

/** Understands `<seq>:<hash>`. Throws Failure where it is none. */
export function readHead(text: string): Head {
  const [, seq, hash] = /^(\d{1,15}):([A-Za-z0-9_-]{43})$/.exec(text.trim()) ?? [];
  if (seq === undefined || hash === undefined) {
    throw new Failure('usage', '--expect must be a head as haas audit verify prints it: <seq>:<hash>');
  }
  return { seq, hash };
}

/**
 * Verifies the audit part by part, and shows its head. Throws Failure where something is wrong, or where `expected`, an earlier head, is
 * not in it.
 */
export async function verifyAudit(running: Running, expected: Head | undefined): Promise<void> {
  const { terminal, progress, manner } = running;
  progress.say('the audit is verified', true);
  const whole = await verifyWhole(running);
  if (expected) {
    const part = await verifyPart(running, `?after=${expected.seq}&hash=${expected.hash}&limit=${FEWEST}`);
    if (!part) {
      throw new Failure(
        'refused',
        `entry ${expected.seq} is so old that it was forgotten since: whether it was the expected one cannot be told`,
      );
    }
    failIfWrong(part, `this is not the audit whose head was ${expected.seq}:${expected.hash}: `);
  }
  progress.end();
  const told = { from: whole.from, to: whole.to, head: `${whole.to}:${whole.hash}` };
  const style = {
    columns: undefined,
    heading: (text: string) => (isColoured(terminal, terminal.stdout) ? `\x1b[1m${text}\x1b[0m` : text),
  };
  await writeAll(terminal.stdout, manner.json ? `${JSON.stringify(told)}\n` : show(told, style));
}

/** Verifies all there is. What is forgotten meanwhile has it begin again. */
async function verifyWhole(running: Running): Promise<Verified> {
  let from: number | undefined;
  let query = '';
  for (;;) {
    const part = await verifyPart(running, query);
    if (!part) {
      [from, query] = [undefined, ''];
      continue;
    }
    failIfWrong(part, '');
    from ??= part.from;
    if (part.is_complete) return { ...part, from };
    running.progress.say(`the entries up to ${part.to} are verified`, true);
    query = `?after=${part.to}&hash=${part.hash}`;
  }
}

/** One part; undefined: where it was to begin is forgotten. */
async function verifyPart({ api }: Running, query: string): Promise<Verified | undefined> {
  const answer = await api.send({ method: 'GET', path: PATH + query });
  const told = jsonOf(answer.text);
  if (query !== '' && z.object({ code: z.literal('forgotten') }).safeParse(told).success) return undefined;
  const part = verified.safeParse(told);
  if (answer.status >= 300 || !part.success) throw failureOf(answer, api.site);
  return part.data;
}

function failIfWrong({ problem }: Verified, before: string): void {
  if (!problem) return;
  const { seq, id, what, msg } = problem;
  throw new Failure('refused', `${before}entry ${seq}${id === null ? '' : ` (${id})`} is wrong, ${what}: ${msg}`);
}
