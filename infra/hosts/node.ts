import { destination, pino } from 'pino';
import { z } from 'zod';
import { operations } from '../../functions/operations.ts';
import { readSettings } from '../../functions/settings.ts';
import { readApiKeys } from '../keys.ts';
import { openApi } from './api.ts';
import { parseListenAddress } from './listen-address.ts';

// An API host in production: all operations, or the one named in HAAS_OPERATION, until SIGTERM.
const env = z
  .object({
    DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
    HAAS_KEY_FILE: z.string().min(1),
    HAAS_LISTEN: z.string().default('127.0.0.1:5000'),
    HAAS_OPERATION: z.string().optional(),
    HAAS_LOG_LEVEL: z.string().default('info'),
  })
  .parse(process.env);
// Written beside the requests, not between them.
const log = pino({ level: env.HAAS_LOG_LEVEL }, destination({ sync: false }));
const host = await openApi({
  databaseUrl: env.DATABASE_URL,
  keys: await readApiKeys(env.HAAS_KEY_FILE),
  settings: readSettings(process.env),
  log,
});
const served = operations.filter(({ id }) => env.HAAS_OPERATION === undefined || id === env.HAAS_OPERATION);
const { port } = await host.listen(parseListenAddress(env.HAAS_LISTEN), served);
log.info({ port, operations: served.length }, 'the API answers');

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    log.info({ signal }, 'the API stops');
    void host.close();
  });
}
