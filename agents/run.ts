import { pino } from 'pino';
import { SchemaError } from '../db/commands/check-schema.ts';
import { readConfig } from './config.ts';
import { startAgent } from './main.ts';
import { ConfigError } from './private-file.ts';
import { messageOf } from './scrub.ts';

/** Runs an agent as a process of its own, configured by the environment, until SIGTERM or SIGINT, or until the parent that it has a channel to is gone. */
async function run(): Promise<void> {
  const stopped = new Promise<string>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, resolve);
    process.once('disconnect', () => resolve('disconnect'));
  });
  const config = readConfig(process.env);
  const log = pino({ level: config.logLevel, base: null });
  const starting = startAgent(config, { log });
  // Nothing is held before the agent has started, so there is nothing to hand back.
  const agent = await Promise.race([starting, stopped.then(() => undefined)]);
  if (!agent) return;
  log.info({ signal: await stopped }, 'the agent stops');
  await agent.stop();
}

run().then(
  () => process.exit(0),
  (error: unknown) => {
    const known = error instanceof ConfigError || error instanceof SchemaError;
    process.stderr.write(`The agent does not start: ${known || !(error instanceof Error) ? messageOf(error) : error.stack}\n`);
    process.exit(1);
  },
);
