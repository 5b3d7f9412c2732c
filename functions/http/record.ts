import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Tx } from '../../db/client.ts';
import { recordRequest, recordResult } from '../../db/queries/audit.ts';
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
  /** Records it in the transaction that makes the change, before anything is changed. */
  readonly record: (tx: Tx) => Promise<void>;
  /** A change that is recorded in its own transaction: what is refused is rolled back with its entry. */
  readonly recorded: <T>(work: (tx: Tx) => Promise<T>) => (tx: Tx) => Promise<T>;
}

const fields = z.record(z.string(), z.unknown());

/**
 * Prepares the recording of an operation's requests. `status` is what such a request comes to unless it is answered otherwise: `ordered`
 * where a device has yet to do it.
 */
export function recording(
  event: string,
  input: z.ZodType,
  status: 'done' | 'ordered',
): (caller: Caller, origin: Origin, params: unknown, body: unknown) => Recorder {
  let secrets: ReadonlySet<string> | undefined;
  return (caller, { address, request }, params, body) => {
    const id = randomUUID();
    const record = (tx: Tx): Promise<void> => {
      secrets ??= secretFields(input);
      return recordRequest(tx, {
        id,
        event,
        actor: caller.label,
        token: tokenOf(caller),
        address,
        request,
        subject: fields.parse(params),
        details: fields.catch({}).parse(withoutFields(body, secrets)),
        status,
      });
    };
    return {
      record,
      recorded: (work) => async (tx) => {
        await record(tx);
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
  JSON.stringify(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }), function (name, value: unknown) {
    if (z.object({ writeOnly: z.literal(true) }).safeParse(value).success) names.add(name);
    return value;
  });
  return names;
}

/** A value without fields of these names, at any depth, and without what Postgres cannot hold in JSON: NUL, and halves of pairs. */
function withoutFields(value: unknown, names: ReadonlySet<string>): unknown {
  if (typeof value === 'string') return wellFormed(value);
  if (Array.isArray(value)) return value.map((each: unknown) => withoutFields(each, names));
  const object = fields.safeParse(value);
  if (!object.success) return value;
  const kept = Object.entries(object.data).filter(([name]) => !names.has(name));
  return Object.fromEntries(kept.map(([name, each]) => [wellFormed(name), withoutFields(each, names)]));
}

function wellFormed(text: string): string {
  return Buffer.from(text).toString().replaceAll('\0', '\uFFFD');
}
