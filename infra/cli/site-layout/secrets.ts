import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Secret, type SiteLayout, secret } from './layout.ts';

/** A layout whose secrets stand in it as text, as far as they are to be had here. The paths of files begin at `folder`. */
export function withSecrets(layout: SiteLayout, env: NodeJS.ProcessEnv, folder: string): SiteLayout {
  /** `end`: of a file the end of the last line, which is no part of a password. */
  const found = (given: Secret | undefined, end = /\r?\n$/): Secret | undefined => {
    if (given === undefined || typeof given === 'string') return given;
    if ('env' in given) return env[given.env] ?? given;
    try {
      return readFileSync(resolve(folder, given.file), 'utf8').replace(end, '');
    } catch {
      // Perhaps nobody needs it; who does will say that it is missing.
      return given;
    }
  };
  const whole = /$^/;
  return {
    ...layout,
    switches: layout.switches?.map((each) => ({
      ...each,
      password: found(each.password),
      private_key: found(each.private_key, whole),
      enable_password: found(each.enable_password),
    })),
    nodes: layout.nodes?.map((each) => ({
      ...each,
      obm: each.obm && { ...each.obm, password: found(each.obm.password) },
      obmd: each.obmd && { ...each.obmd, admin_token: found(each.obmd.admin_token) },
    })),
    users: layout.users?.map((each) => ({
      ...each,
      password: found(each.password),
      password_hash: found(each.password_hash),
    })),
    headnodes: layout.headnodes?.map((each) => ({ ...each, user_data: found(each.user_data, whole) })),
  };
}

/** The text of a secret; undefined where there is none, or it was not to be had. */
export function textOf(given: Secret | undefined): string | undefined {
  return typeof given === 'string' ? given : undefined;
}

/** Why the text of what stands in the place of a secret is missing. */
export function whyMissing(given: unknown): string {
  const { data } = secret.safeParse(given);
  if (data === undefined || typeof data === 'string') return 'is missing';
  return 'env' in data ? `is missing: the variable ${data.env} is not set` : `is missing: the file ${data.file} cannot be read`;
}
