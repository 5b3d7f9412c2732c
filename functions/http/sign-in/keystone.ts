import { hash } from 'node:crypto';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Connection } from '../../../db/client.ts';
import { findProjectIds } from '../../../db/queries/projects.ts';
import type { Caller } from '../caller.ts';
import { label } from '../labels.ts';
import { type Backend, outsideName } from './backend.ts';
import { createKeystoneLogin } from './keystone-login.ts';
import { BELIEVED_FOR, type Memory, remember } from './memory.ts';
import { createProvider } from './provider.ts';
import type { KeystoneSettings } from './settings.ts';

/** The role that makes somebody an administrator, in whichever project they have it, as the predecessor had it. */
const ADMIN = 'admin';
/** Keystone's own tokens are shorter, and a header holds nothing else. */
const TOKEN = /^[\x21-\x7e]{1,8192}$/;
/** By which Keystone, or the server in front of it, says that it is the token that is wrong: unknown, or too long to be one. */
const REFUSED: readonly number[] = [400, 404, 413, 414, 431];

const validated = z
  .object({
    token: z.object({
      expires_at: z.iso.datetime({ offset: true }),
      user: z.object({ id: z.string(), name: z.string() }),
      project: z.object({ id: z.string() }).optional(),
      roles: z.array(z.object({ name: z.string() })).default([]),
    }),
  })
  .transform(({ token: { expires_at, user, project, roles } }) => ({
    user,
    project: project?.id,
    isAdmin: roles.some(({ name }) => name === ADMIN),
    expiresAt: Date.parse(expires_at),
  }));

/** Who people may be. Their names are their own, and no sign that Keystone is out of order. */
const person = z.object({ id: outsideName, name: outsideName });

/** What Keystone says of a token. */
type Validated = z.output<typeof validated>;

/** People whom OpenStack's Keystone knows, by the tokens that it gives them. `patience` is in ms. */
export function keystoneBackend(
  settings: KeystoneSettings,
  sql: Connection,
  memory: Memory,
  log: Logger,
  patience?: number,
): Backend {
  const provider = createProvider('Keystone', log, patience);
  const login = createKeystoneLogin(settings, provider);
  const known = new Map<string, { said: Validated; until: number }>();
  const asking = new Map<string, Promise<Validated | null>>();

  // A project that there is not yet may be there in a moment.
  const projectIds = memory.remembering(async (project) => {
    const ids = await findProjectIds(sql, [project]);
    return ids.length > 0 ? new Set(ids) : undefined;
  });

  async function ask(token: string): Promise<Validated | null> {
    const answer = await login.get('/auth/tokens?nocatalog', { 'X-Subject-Token': token });
    if (REFUSED.includes(answer.status)) return null;
    const said = validated.safeParse(await answer.json().catch(() => undefined));
    if (answer.status !== 200 || !said.success) {
      throw provider.failed(`it answered ${answer.status} when a token was to be validated`, said.error);
    }
    return said.data;
  }

  /** What Keystone says of a token, or said a moment ago: no longer than rights are believed that the database knows. */
  async function validate(token: string): Promise<Validated | null> {
    const key = hash('sha256', token);
    const before = known.get(key);
    if (before && before.until > Date.now()) return before.said;
    const pending = asking.get(key) ?? ask(token).finally(() => asking.delete(key));
    asking.set(key, pending);
    const said = await pending;
    if (!said || said.expiresAt <= Date.now()) return null;
    remember(known, key, { said, until: Math.min(Date.now() + BELIEVED_FOR, said.expiresAt) });
    return said;
  }

  async function callerOf(token: string): Promise<Caller | null> {
    const said = await validate(token);
    if (!said) return null;
    const { user, project, isAdmin } = said;
    if (!person.safeParse(user).success) {
      log.warn('a token of Keystone was refused: nobody can be called what its user is called');
      return null;
    }
    const projects = label.safeParse(project).success ? await projectIds(project ?? '') : undefined;
    if (!isAdmin && projects === undefined) return null;
    return {
      label: `keystone:${user.name}`,
      id: null,
      isAdmin,
      projects: projects ?? new Set(),
      identity: `keystone/${user.id}/${project ?? ''}`,
      isReadOnly: false,
      hasPassword: false,
      current: () => callerOf(token),
    };
  }

  return {
    extension: 'hil.ext.auth.keystone',
    hint: 'a token of Keystone (X-Auth-Token)',
    challenge: `Keystone uri="${settings.url}"`,
    async identify({ authToken }) {
      if (authToken === undefined) return undefined;
      return TOKEN.test(authToken) ? callerOf(authToken) : null;
    },
  };
}
