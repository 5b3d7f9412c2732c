import { type Command, InvalidArgumentError } from 'commander';
import { z } from 'zod';
import { Api } from './api.ts';
import type { Running } from './carry-out.ts';
import { Progress } from './progress.ts';
import { chooseSite } from './site.ts';
import type { Terminal } from './terminal.ts';

/** Options that every command has. */
const commonOptions = z.object({
  endpoint: z.string().optional(),
  login: z.string().optional(),
  token: z.string().optional(),
  json: z.boolean().default(false),
  jsonout: z.boolean().default(false),
  wait: z.boolean().default(true),
  timeout: z.number().optional(),
});
type CommonOptions = z.output<typeof commonOptions>;

/** What was chosen of them. */
export function readCommonOptions(program: Command): CommonOptions {
  return commonOptions.parse(program.opts());
}

/** Understands a number of seconds. */
export function seconds(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('It must be a number of seconds.');
  return Number(text);
}

/** What a command is run with: the API that was chosen, and who tells how it goes on. */
export async function perform(
  terminal: Terminal,
  options: CommonOptions,
  task: (running: Running) => Promise<void>,
): Promise<void> {
  const site = await chooseSite(terminal, options);
  const progress = new Progress(terminal.stderr);
  try {
    const api = new Api(site, (what) => progress.say(what));
    await task({
      terminal,
      api,
      progress,
      manner: { json: options.json || options.jsonout, wait: options.wait, timeout: options.timeout },
    });
  } finally {
    progress.end();
  }
}
