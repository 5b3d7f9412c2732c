import type { Connection } from '../../db/client.ts';
import { checkSchema, SchemaError } from '../../db/commands/check-schema.ts';
import { sharedReading } from './shared-reading.ts';

/** How often it is looked at most whether a host is ready, in ms: anybody may ask. */
const INTERVAL = 1_000;

/** Whether a host can serve requests now, and what each check found: `ok`, or a sentence. */
interface Readiness {
  readonly ready: boolean;
  readonly checks: Readonly<Record<string, string>>;
}

/** Whether a host can serve. */
export interface Health {
  ready(): Promise<Readiness>;
  /** From now on it is not ready: it is about to stop. */
  stop(): void;
}

/** What is looked at. */
interface Looked {
  readonly sql: Connection;
  /** Whether the connection is heard that tells what happens in the database; undefined where there is none. */
  readonly hears: (() => boolean) | undefined;
}

/**
 * Tells whether an API host is ready: its database answers and has its schema, it hears what the database tells, and is not stopping.
 * Nothing that is told is secret.
 */
export function createHealth({ sql, hears }: Looked): Health {
  const readSchema = sharedReading(INTERVAL, () => checkSchema(sql));
  let isStopping = false;
  return {
    async ready() {
      const checks = {
        database: await readSchema().then(() => 'ok', sentence),
        ...(hears && { listener: hears() ? 'ok' : 'what the database tells is not heard' }),
        running: isStopping ? 'the host is about to stop' : 'ok',
      };
      return { ready: Object.values(checks).every((check) => check === 'ok'), checks };
    },
    stop() {
      isStopping = true;
    },
  };
}

/** The words of other errors are not for everybody: they name hosts and users. */
function sentence(error: unknown): string {
  return error instanceof SchemaError ? error.message : 'the database does not answer';
}
