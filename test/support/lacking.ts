import { spawnSync } from 'node:child_process';

/** Which of these programs this machine lacks, and the Debian packages that bring them; undefined: none. */
export function lackOf(programs: readonly string[], packages: readonly string[] = programs): string | undefined {
  const absent = programs.filter((program) => spawnSync('sh', ['-c', `command -v ${program}`]).status !== 0);
  return absent.length > 0 ? `no ${absent.join(', ')}: apt-get install ${packages.join(' ')}` : undefined;
}

/** What stands behind the name of tests that are skipped for a reason. */
export function skipped(why: string | undefined): string {
  return why === undefined ? '' : ` (skipped: ${why})`;
}
