import { pino } from 'pino';
import { z } from 'zod';
import { operations } from '../../functions/operations.ts';
import { readSettings, SettingError } from '../../functions/settings.ts';
import { describeError } from '../expected-error.ts';
import { readApiKeys } from '../keys.ts';
import { openApi } from './api.ts';
import { parseListenAddress } from './listen-address.ts';
import { openLog } from './log.ts';
import { checkOpenDoor } from './open-door.ts';

const environment = z.object({
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/, error: 'must be the Postgres URL of a login of haas_api' }),
  HAAS_KEY_FILE: z.string({ error: "must name the API hosts' key file" }).min(1),
  HAAS_LISTEN: z.string().default('127.0.0.1:5000'),
  HAAS_OPERATION: z
    .enum(
      operations.map(({ id }) => id),
      'must be the id of an operation',
    )
    .optional(),
  HAAS_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
});

/** An API host in production: all operations, or the one named in HAAS_OPERATION, until SIGTERM. */
async function run(): Promise<void> {
  const parsed = environment.safeParse(process.env);
  if (!parsed.success) {
    throw new SettingError(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '));
  }
  const { DATABASE_URL: databaseUrl, HAAS_KEY_FILE, HAAS_LISTEN, HAAS_OPERATION, HAAS_LOG_LEVEL: level } = parsed.data;
  const log = pino({ level }, openLog());
  const settings = readSettings(process.env);
  const address = parseListenAddress(HAAS_LISTEN);
  const openDoor = checkOpenDoor(settings, address);
  if (openDoor !== undefined) log.warn(openDoor);
  const keys = await readApiKeys(HAAS_KEY_FILE);
  const host = await openApi({ databaseUrl, keys, settings, log });
  const served = operations.filter(({ id }) => HAAS_OPERATION === undefined || id === HAAS_OPERATION);
  const { port } = await host.listen(address, served);
  log.info({ port, operations: served.length }, 'the API answers');
  log.flush();

  const signal = await new Promise<string>((resolve) => {
    for (const each of ['SIGTERM', 'SIGINT'] as const) process.once(each, resolve);
  });
  log.info({ signal }, 'the API stops');
  await host.close();
}

run().catch((error: unknown) => {
  process.stderr.write(`The API does not start: ${describeError(error)}\n`);
  process.exitCode = 1;
});
