import { z } from 'zod';
import { parseVlanList } from '../db/devices/vlan-list.ts';
import { proxyList } from './http/client-address.ts';
import { type Limits, limitsOf, limitVariables } from './http/limits.ts';
import { readSignInSettings, type SignInSettings } from './http/sign-in/settings.ts';
import { parseEnvironment, SettingError } from './setting-error.ts';

export { SettingError };

const truth = z.enum(['true', 'false']).transform((text) => text === 'true');

const environment = z.object({
  HAAS_VLANS: z
    .string()
    .default('100-999')
    .transform((text, context) => {
      const vlans = parseVlanList(text);
      if (vlans) return vlans;
      context.addIssue({ code: 'custom', message: 'must be VLAN ids and ranges within 1 to 4094, such as 100-200,300' });
      return z.NEVER;
    }),
  HAAS_REQUIRE_AUTHENTICATION: truth.default(true),
  HAAS_TRUSTED_PROXIES: proxyList.default([]),
  HAAS_COMMAND_LIFETIME: z.coerce.number().int().min(1).max(86_400).default(900),
  HAAS_HISTORY_DAYS: z.coerce.number().int().min(1).max(36_500).default(90),
  HAAS_AUDIT_DAYS: z.coerce.number().int().min(30).max(36_500).default(730),
  HAAS_IDEMPOTENCY_HOURS: z.coerce.number().int().min(1).max(720).default(24),
  HAAS_CONSOLE_DAYS: z.coerce.number().int().min(1).max(36_500).default(30),
  HAAS_CONSOLE_MEGABYTES: z.coerce.number().int().min(1).max(1024).default(16),
  HAAS_MAINTENANCE_PROJECT: z.string().min(1).optional(),
  HAAS_MAINTENANCE_URL: z
    .url({ protocol: /^https?$/, error: 'must be an http or https URL', abort: true })
    .refine((text) => new URL(text).username === '' && new URL(text).password === '', 'must not contain a user name or password')
    .optional(),
  ...limitVariables,
});

/** What an administrator decides about the API. */
export interface Settings {
  /** Ids for networks that ask for none in particular. */
  readonly vlans: readonly number[];
  readonly requireAuthentication: boolean;
  readonly signIn: SignInSettings;
  /** Addresses and networks of proxies that are believed when they say for whom they ask. */
  readonly trustedProxies: readonly string[];
  /** Seconds for which a signed command is valid. */
  readonly commandLifetime: number;
  /** Days for which finished networking actions stay readable. */
  readonly historyDays: number;
  /** Days for which the audit is kept. */
  readonly auditDays: number;
  /** Hours for which the answer to a request with an `Idempotency-Key` is kept. */
  readonly idempotencyHours: number;
  /** For how many days the logs of consoles are kept, and how many MiB (1024 * 1024 bytes) of each. */
  readonly consoleDays: number;
  readonly consoleMegabytes: number;
  /** Where released nodes go instead of becoming free, and whom to tell. */
  readonly maintenance: { readonly project: string; readonly url: string } | null;
  readonly limits: Limits;
}

/** Reads the API's settings from the environment. Throws SettingError. */
export function readSettings(env: Record<string, string | undefined>): Settings {
  const { HAAS_MAINTENANCE_PROJECT: project, HAAS_MAINTENANCE_URL: url, ...rest } = parseEnvironment(environment, env);
  if ((project === undefined) !== (url === undefined)) {
    throw new SettingError('HAAS_MAINTENANCE_PROJECT and HAAS_MAINTENANCE_URL: set both, or neither');
  }
  // A request that is sent again is answered with what became of its action, which has to be there still.
  if (rest.HAAS_IDEMPOTENCY_HOURS > rest.HAAS_HISTORY_DAYS * 24) {
    throw new SettingError('HAAS_IDEMPOTENCY_HOURS: must not be more than HAAS_HISTORY_DAYS are');
  }
  return {
    vlans: rest.HAAS_VLANS,
    requireAuthentication: rest.HAAS_REQUIRE_AUTHENTICATION,
    signIn: readSignInSettings(env),
    trustedProxies: rest.HAAS_TRUSTED_PROXIES,
    commandLifetime: rest.HAAS_COMMAND_LIFETIME,
    historyDays: rest.HAAS_HISTORY_DAYS,
    auditDays: rest.HAAS_AUDIT_DAYS,
    idempotencyHours: rest.HAAS_IDEMPOTENCY_HOURS,
    consoleDays: rest.HAAS_CONSOLE_DAYS,
    consoleMegabytes: rest.HAAS_CONSOLE_MEGABYTES,
    maintenance: project !== undefined && url !== undefined ? { project, url } : null,
    limits: limitsOf(rest),
  };
}
