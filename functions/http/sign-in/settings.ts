import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { parseEnvironment } from '../../setting-error.ts';

const ways = ['database', 'oidc', 'keystone', 'null'] as const;

/** Signature algorithms by which nobody who can check a token can make one. */
const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'] as const;

/** An OpenID Connect provider whose access tokens are believed, and what its claims mean. Claims are paths: `realm_access.roles`. */
export interface OidcSettings {
  readonly issuer: string;
  readonly audience: string;
  /** Where the keys are; null: where the provider says. */
  readonly jwksUri: string | null;
  readonly algorithms: readonly (typeof algorithms)[number][];
  readonly userClaim: string;
  /** Holds labels of projects; null: its users act for none. */
  readonly projectsClaim: string | null;
  /** What makes somebody an administrator; null: nothing does. */
  readonly admin: { readonly claim: string; readonly value: string } | null;
}

/** A Keystone, and the account with which tokens are validated there. */
export interface KeystoneSettings {
  /** Without `/v3`. */
  readonly url: string;
  readonly user: string;
  readonly userDomain: string;
  readonly password: string;
  readonly project: string;
  readonly projectDomain: string;
}

/** The ways to sign in that an administrator turned on. */
export interface SignInSettings {
  /** Users of the database, by password and API token. */
  readonly database: boolean;
  readonly oidc: OidcSettings | null;
  readonly keystone: KeystoneSettings | null;
  /** Whether everybody is an administrator: nobody is, whoever asks on this machine, or whoever asks. */
  readonly nullBackend: 'off' | 'here' | 'anywhere';
}

/** Whether a host's name or address can only be this machine. */
export function isLoopback(hostname: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|::ffff:127(?:\.\d{1,3}){3}|\[?::1\]?)$/i.test(hostname);
}

/** Whether what is sent to an address stays between the two ends. */
export function isSafe(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));
}

const providerUrl = z
  .url({ protocol: /^https?$/, error: 'must be an https URL', abort: true })
  .refine(isSafe, 'must be https, but for a provider on this machine')
  .refine((text) => new URL(text).username === '' && new URL(text).password === '', 'must not contain a user name or password');
const text = z.string().min(1, 'must not be empty');

/** Names of a list that is written with commas. */
function listOf<const N extends string>(names: readonly N[]) {
  return z
    .string()
    .transform((list) => list.split(',').map((name) => name.trim()))
    .pipe(z.array(z.enum(names, `must be a list of: ${names.join(', ')}`)));
}

const oidc = z
  .object({
    HAAS_OIDC_ISSUER: providerUrl,
    HAAS_OIDC_AUDIENCE: text,
    HAAS_OIDC_JWKS_URI: providerUrl.optional(),
    HAAS_OIDC_ALGORITHMS: listOf(algorithms).default(['RS256']),
    HAAS_OIDC_USER_CLAIM: text.default('sub'),
    HAAS_OIDC_PROJECTS_CLAIM: text.optional(),
    HAAS_OIDC_ADMIN: z
      .string()
      .regex(/^[^=]+=./, 'must be claim=value, such as groups=haas-admins')
      .optional(),
  })
  .transform((env): OidcSettings => {
    const admin = env.HAAS_OIDC_ADMIN;
    const equals = admin?.indexOf('=') ?? 0;
    return {
      issuer: env.HAAS_OIDC_ISSUER,
      audience: env.HAAS_OIDC_AUDIENCE,
      jwksUri: env.HAAS_OIDC_JWKS_URI ?? null,
      algorithms: env.HAAS_OIDC_ALGORITHMS,
      userClaim: env.HAAS_OIDC_USER_CLAIM,
      projectsClaim: env.HAAS_OIDC_PROJECTS_CLAIM ?? null,
      admin: admin === undefined ? null : { claim: admin.slice(0, equals), value: admin.slice(equals + 1) },
    };
  });

const keystone = z
  .object({
    HAAS_KEYSTONE_URL: providerUrl,
    HAAS_KEYSTONE_USER: text,
    HAAS_KEYSTONE_USER_DOMAIN: text.default('Default'),
    HAAS_KEYSTONE_PASSWORD: text.optional(),
    HAAS_KEYSTONE_PASSWORD_FILE: text.optional(),
    HAAS_KEYSTONE_PROJECT: text,
    HAAS_KEYSTONE_PROJECT_DOMAIN: text.default('Default'),
  })
  .transform((env, context): KeystoneSettings => {
    const { HAAS_KEYSTONE_PASSWORD: given, HAAS_KEYSTONE_PASSWORD_FILE: file } = env;
    const password = given ?? (file === undefined ? undefined : firstLine(file));
    if (!password || (given !== undefined && file !== undefined)) {
      context.addIssue({
        code: 'custom',
        path: ['HAAS_KEYSTONE_PASSWORD'],
        message: 'set it or HAAS_KEYSTONE_PASSWORD_FILE, a file that this process can read, and not both',
      });
      return z.NEVER;
    }
    return {
      url: env.HAAS_KEYSTONE_URL.replace(/\/+(?:v3\/*)?$/, ''),
      user: env.HAAS_KEYSTONE_USER,
      userDomain: env.HAAS_KEYSTONE_USER_DOMAIN,
      password,
      project: env.HAAS_KEYSTONE_PROJECT,
      projectDomain: env.HAAS_KEYSTONE_PROJECT_DOMAIN,
    };
  });

function firstLine(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').split(/\r?\n/)[0];
  } catch {
    return undefined;
  }
}

const chosen = z.object({
  HAAS_AUTH: listOf(ways).default(['database']),
  HAAS_AUTH_NULL_ANYWHERE: z.enum(['true', 'false'], 'must be true or false').default('false'),
});

/** Reads from the environment how people sign in. What belongs to a way that is off is not looked at. Throws SettingError. */
export function readSignInSettings(env: Record<string, string | undefined>): SignInSettings {
  const { HAAS_AUTH: on, HAAS_AUTH_NULL_ANYWHERE: anywhere } = parseEnvironment(chosen, env);
  return {
    database: on.includes('database'),
    oidc: on.includes('oidc') ? parseEnvironment(oidc, env) : null,
    keystone: on.includes('keystone') ? parseEnvironment(keystone, env) : null,
    nullBackend: !on.includes('null') ? 'off' : anywhere === 'true' ? 'anywhere' : 'here',
  };
}
