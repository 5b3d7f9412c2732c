import {
  createRemoteJWKSet,
  customFetch,
  errors,
  type JWTPayload,
  type JWTVerifyGetKey,
  jwtVerify,
  type RemoteJWKSet,
} from 'jose';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Connection } from '../../../db/client.ts';
import { findProjectIds } from '../../../db/queries/projects.ts';
import type { Caller } from '../caller.ts';
import { label } from '../labels.ts';
import { Problem } from '../problem.ts';
import { type Backend, bearerToken, outsideName } from './backend.ts';
import { claimAt, textsAt } from './claims.ts';
import type { Memory } from './memory.ts';
import { createProvider } from './provider.ts';
import { isSafe, type OidcSettings } from './settings.ts';

/** How far the provider's clock may be from ours, in seconds. */
const CLOCK_TOLERANCE = 30;
/** How old its keys may get, and how old they must be before they are fetched again for a key that is not among them, in ms. */
const KEYS_FOR = 10 * 60_000;
const KEYS_AT_LEAST = 30_000;

const discovered = z.object({ issuer: z.string(), jwks_uri: z.url().refine(isSafe) });
const person = z.object({ sub: outsideName, name: outsideName, exp: z.number() });

/** People whom an OpenID Connect provider knows, by the access tokens (JWTs) that it gives them. `patience` is in ms. */
export function oidcBackend(settings: OidcSettings, sql: Connection, memory: Memory, log: Logger, patience?: number): Backend {
  const provider = createProvider('the OpenID Connect provider', log, patience);
  let known: Promise<RemoteJWKSet> | undefined;

  // The labels are the key, on a line each.
  const projectIds = memory.remembering(async (labels) => new Set(await findProjectIds(sql, labels.split('\n'))));

  async function keySet(): Promise<RemoteJWKSet> {
    const uri = settings.jwksUri ?? (await discover());
    return createRemoteJWKSet(new URL(uri), {
      cacheMaxAge: KEYS_FOR,
      cooldownDuration: KEYS_AT_LEAST,
      [customFetch]: provider.ask,
    });
  }

  async function discover(): Promise<string> {
    const answer = await provider.ask(`${settings.issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
    const found = discovered.safeParse(await answer.json().catch(() => undefined));
    if (answer.status !== 200 || !found.success)
      throw provider.failed(`discovery came to nothing (${answer.status})`, found.error);
    if (found.data.issuer !== settings.issuer)
      throw provider.failed('discovery tells of another issuer: HAAS_OIDC_ISSUER must be it, to the letter');
    return found.data.jwks_uri;
  }

  const keyOf: JWTVerifyGetKey = async (header, token) => {
    known ??= keySet();
    const keys = await known.catch((error: unknown) => {
      known = undefined;
      throw error;
    });
    try {
      return await keys(header, token);
    } catch (error) {
      // Whoever made up a key is not the provider's fault.
      if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys) throw error;
      // The keys may be somewhere else by now.
      if (!keys.fresh) known = undefined;
      throw error instanceof Problem ? error : provider.failed('its keys cannot be used', error);
    }
  };

  async function callerOf(claims: JWTPayload): Promise<Caller | null> {
    const who = person.safeParse({ ...claims, name: claimAt(claims, settings.userClaim) });
    if (!who.success) {
      log.warn({ claim: settings.userClaim }, 'an OIDC token was refused: nobody can be called what its claims say');
      return null;
    }
    const { sub, exp, name } = who.data;
    const { projectsClaim, admin } = settings;
    const labels = projectsClaim === null ? [] : textsAt(claims, projectsClaim).filter((text) => label.safeParse(text).success);
    return {
      label: `oidc:${name}`,
      id: null,
      isAdmin: admin !== null && textsAt(claims, admin.claim).includes(admin.value),
      projects: labels.length === 0 ? new Set() : ((await projectIds(labels.sort().join('\n'))) ?? new Set()),
      identity: `oidc/${sub}`,
      isReadOnly: false,
      hasPassword: false,
      current: async () => (Date.now() / 1000 < exp + CLOCK_TOLERANCE ? callerOf(claims) : null),
    };
  }

  return {
    extension: 'hil.ext.auth.oidc',
    hint: 'an access token of the OpenID Connect provider (Bearer)',
    challenge: 'Bearer realm="HaaS"',
    async identify({ authorization }) {
      const token = bearerToken(authorization);
      if (token === undefined || token === null) return token;
      let claims: JWTPayload;
      try {
        const verified = await jwtVerify(token, keyOf, {
          issuer: settings.issuer,
          audience: settings.audience,
          algorithms: [...settings.algorithms],
          requiredClaims: ['exp', 'sub'],
          clockTolerance: CLOCK_TOLERANCE,
        });
        claims = verified.payload;
      } catch (error) {
        if (error instanceof Problem) throw error;
        // Never the token itself, nor what it claims.
        log.info({ reason: error instanceof Error ? error.message : 'nobody knows why' }, 'an OIDC token was refused');
        return null;
      }
      return callerOf(claims);
    },
  };
}
