import type { Running } from './carry-out.ts';
import { jsonOf } from './problem.ts';
import { asYaml } from './site-layout/as-yaml.ts';
import { exported } from './site-layout/registered.ts';
import { harmless, writeAll } from './terminal.ts';

/** Writes everything that is registered as a site layout without secrets: YAML, or with --json exactly what the API answers. */
export async function exportSite({ terminal, api, progress, manner }: Running): Promise<void> {
  progress.say('waiting for the API', true);
  const text = await exported(api);
  progress.end();
  const shown = manner.json ? `${text}\n` : asYaml(jsonOf(text));
  await writeAll(terminal.stdout, terminal.stdout.isTTY ? harmless(shown, 'keep lines') : shown);
}
