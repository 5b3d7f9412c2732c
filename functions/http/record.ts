import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Tx } from '../../db/client.ts';
import { entryOf, recordRequest, recordResult } from '../../db/queries/audit.ts';
import type { Caller } from './caller.ts';
import { Done } from './done.ts';
import { Redirect } from './redirect.ts';
import { tokenOf } from './sign-in/api-tokens.ts';

/** Where a request came from, and its id. */
export interface Origin {
  readonly address: string;
  readonly request: string;
}

/** Writes what a request does into the audit. */
export interface Recorder {
  /** What it is recorded as, for `record_request`: of a change that is one statement, and records itself in it. */
  readonly entry: () => string;
  /** Records it in the transaction that makes the change, before anything is changed. */
  readonly record: (tx: Tx) => Promise<void>;
  /** A change that is recorded in its own transaction: what is refused is rolled back with its entry. */
  readonly recorded: <T>(work: (tx: Tx) => Promise<T>) => (tx: Tx) => Promise<T>;
}

/** What is kept of one text, and of all details as JSON, in characters; of more only the names of so many fields. */
const LONGEST_TEXT = 1_000;
const MOST_DETAILS = 16_000;
const MOST_NAMES = 10;

const fields = z.record(z.string(), z.unknown());

/**
 * Prepares the recording of the requests of an operation, whose body `input` is. `status` is what such a request comes to unless it is
 * answered otherwise: `ordered` where a device has yet to do it.
 */
export function recording(
  { id: event, access }: { readonly id: string; readonly access: 'admin' | 'user' },
  input: z.ZodType,
  status: 'done' | 'ordered',
): (caller: Caller, origin: Origin, params: unknown, body: unknown) => Recorder {
  let secrets: ReadonlySet<string> | undefined;
  return (caller, { address, request }, params, body) => {
    // Each time another entry: of one that was written it may be unknown whether it is there.
    const entry = (id: string = randomUUID()): string => {
      secrets ??= secretFields(input);
      const asked = fields.catch({}).parse(kept(body, secrets));
      return entryOf({
        id,
        event,
        actor: caller.label,
        token: tokenOf(caller),
        address,
        request,
        subject: fields.parse(params),
        asked,
        details: bounded(asked),
        status,
        access,
      });
    };
    return {
      entry: () => entry(),
      record: (tx) => recordRequest(tx, entry()),
      recorded: (work) => async (tx) => {
        const id = randomUUID();
        await recordRequest(tx, entry(id));
        const answer = await work(tx);
        if (answer instanceof Redirect) await recordResult(tx, id, { status: 'redirected' });
        if (answer instanceof Done && status === 'ordered') await recordResult(tx, id, { status: 'done' });
        return answer;
      },
    };
  };
}

/** The names of the fields of a schema that hold secrets, at any depth: `writeOnly` marks them. */
export function secretFields(schema: z.ZodType): ReadonlySet<string> {
  const names = new Set<string>();
  JSON.stringify(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }), (name, value: unknown) => {
    if (z.object({ writeOnly: z.literal(true) }).safeParse(value).success) names.add(name);
    return value;
  });
  return names;
}

/** A value as it is kept: without fields of these names at any depth, and with its texts as they are kept. */
function kept(value: unknown, secrets: ReadonlySet<string>): unknown {
  if (typeof value === 'string') return keptText(value);
  if (Array.isArray(value)) return value.map((each: unknown) => kept(each, secrets));
  const object = fields.safeParse(value);
  if (!object.success) return value;
  const open = Object.entries(object.data).filter(([name]) => !secrets.has(name));
  return Object.fromEntries(open.map(([name, each]) => [keptText(name), kept(each, secrets)]));
}

/** A text cut to a length, and without what Postgres cannot hold in JSON: NUL, and halves of pairs. */
function keptText(text: string): string {
  const beginning = Buffer.from(text.slice(0, LONGEST_TEXT)).toString().replaceAll('\0', '\uFFFD');
  return text.length <= LONGEST_TEXT ? beginning : `${beginning} ... (cut: ${text.length} characters)`;
}

/** Details as they are kept; of too many, the names alone. */
function bounded(details: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const size = JSON.stringify(details).length;
  if (size <= MOST_DETAILS) return details;
  return {
    cut: `${size} characters of JSON: only the names of the fields are kept`,
    fields: Object.keys(details).slice(0, MOST_NAMES),
  };
}
