import { execa } from 'execa';
import { LabError } from './lab-error.ts';

/** Runs a program of the machine to its end, without a shell, and answers what it printed. Throws LabError when it fails, with its own words. */
export async function run(file: string, args: readonly string[], { limit = 30_000 }: { limit?: number } = {}): Promise<string> {
  const ended = await execa(file, args, { stdin: 'ignore', timeout: limit, reject: false });
  if (ended.failed) throw new LabError(`${file} ${args.join(' ')}: ${ended.stderr.trim() || ended.shortMessage}`);
  return ended.stdout;
}
