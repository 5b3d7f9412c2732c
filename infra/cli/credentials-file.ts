import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { Failure } from './failure.ts';

/** Anybody but the owner. */
const OTHERS = 0o077;

const credential = z.object({ token: z.string(), id: z.string().optional(), user: z.string().optional() });
/** A token, its id at the API, by which it can be revoked, and whose it is. */
export type Credential = z.output<typeof credential>;

const credentialsFile = z.object({
  /** Which endpoint is used where nothing says otherwise: that of the last login. */
  current: z.string().optional(),
  endpoints: z.record(z.string(), credential),
});
export type CredentialsFile = z.output<typeof credentialsFile>;

/** Where they are kept: `~/.config/haas/credentials.json`, unless XDG_CONFIG_HOME says otherwise. */
export function credentialsPath(env: NodeJS.ProcessEnv): string {
  const folder = env['XDG_CONFIG_HOME'] || join(env['HOME'] || orFailure('there is no home folder', homedir), '.config');
  return join(folder, 'haas', 'credentials.json');
}

/** What `haas login` kept; nothing where there is no file. Throws Failure where it cannot be read, others may read it, or it is not what was written. */
export function readCredentials(env: NodeJS.ProcessEnv): CredentialsFile {
  const path = credentialsPath(env);
  const mode = orFailure(`${path} cannot be read`, () => statSync(path, { throwIfNoEntry: false })?.mode);
  if (mode === undefined) return { endpoints: {} };
  if ((mode & OTHERS) !== 0) {
    throw new Failure(
      'notAllowed',
      `others may read ${path}, so it is not used: chmod 600 ${path}, and if others have been there, haas logout`,
    );
  }
  try {
    return credentialsFile.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    throw new Failure('refused', `${path} is not what haas login writes: mend it, or remove it and sign in again`);
  }
}

/** Keeps them, for nobody else to read. Other commands see either all of it or what was before. Throws Failure where that cannot be. */
export function writeCredentials(env: NodeJS.ProcessEnv, credentials: CredentialsFile): void {
  const path = credentialsPath(env);
  const draft = `${path}.${process.pid}`;
  orFailure(`${path} cannot be written`, () => {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    rmSync(draft, { force: true });
    writeFileSync(draft, `${JSON.stringify(credentials, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
    chmodSync(draft, 0o600);
    renameSync(draft, path);
  });
}

function orFailure<T>(what: string, task: () => T): T {
  try {
    return task();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Failure('refused', `${what}: ${why}. HOME or XDG_CONFIG_HOME says where that is`);
  }
}
