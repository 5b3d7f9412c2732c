import { type CryptoKey, compactVerify, decodeProtectedHeader, importJWK } from 'jose';
import { z } from 'zod';
import type { CommandRow } from '../db/commands/claim.ts';
import { CLOCK_TOLERANCE, ENVELOPE_TYPE, type Envelope, envelope } from '../db/commands/envelope.ts';
import { commandKinds, isCommandKind } from '../db/commands/kinds.ts';
import { type RefusalReason, refusalReasons } from '../db/commands/outcome.ts';
import { type Order, wrongPortSet, wrongSwitchCheck } from './order.ts';
import type { Trust } from './trust.ts';

/** Why a row is no order. `message` says it for people. */
interface Refusal {
  readonly kind: 'refusal';
  readonly reason: RefusalReason;
  readonly message: string;
}

/** Whether a row is an order to this agent for this device. */
type Verdict = { readonly kind: 'order'; readonly order: Order } | Refusal;

/** Decides whether a row of the database is an order. `agent` is who we are, `device` the one that would really be used. */
export type Verify = (row: CommandRow, agent: string, device: string) => Promise<Verdict>;

/** Every header of a signed command, and no other: what is not understood is not signed for nothing. */
const header = z.strictObject({ alg: z.literal('EdDSA'), typ: z.literal(ENVELOPE_TYPE), kid: z.string() });

/**
 * Makes the judge of command rows: signature first, then shape, then everything that was signed is compared
 * with the row and the device that will really be used. The database decides nothing here.
 * Each comparison stands for an attack: a row may be moved to another agent or device, given another place in the order,
 * shown as another kind, kept until it is stale, or carry a whole order of another deployment.
 * Throws what `trust` throws; `now` gives milliseconds since 1970.
 */
export function createVerifier(trust: () => Trust, now: () => number = Date.now): Verify {
  const imported = new Map<string, CryptoKey | Uint8Array>();

  async function openSigned(signed: string, { keys }: Trust): Promise<Envelope | RefusalReason> {
    const kid = readHeader(signed)?.kid;
    if (kid === undefined) return 'malformed';
    const jwk = keys.find((candidate) => candidate.kid === kid);
    if (!jwk) return 'unknown-key';
    const key = imported.get(jwk.x) ?? (await importJWK(jwk, 'EdDSA'));
    imported.set(jwk.x, key);
    const verified = await compactVerify(signed, key, { algorithms: ['EdDSA'] }).catch(() => undefined);
    if (!verified) return 'bad-signature';
    return readPayload(verified.payload) ?? 'malformed';
  }

  return async (row, agent, device) => {
    const trusted = trust();
    const claims = await openSigned(row.signed, trusted);
    if (typeof claims === 'string') return refusal(claims);

    if (claims.iss !== trusted.issuer) return refusal('wrong-issuer', `signed by ${claims.iss}, not ${trusted.issuer}`);
    if (claims.jti !== row.id) return refusal('altered-row', `the signed text is command ${claims.jti}`);
    if (claims.kind !== row.kind) return refusal('altered-row', `the signed text is a ${claims.kind}`);
    if (claims.aud !== agent || row.agent !== agent) return refusal('wrong-agent', `signed for ${claims.aud}, this is ${agent}`);
    if (claims.device !== device) return refusal('wrong-device', `signed for ${claims.device}, queued for ${device}`);
    if (claims.seq !== row.seq) return refusal('wrong-seq', `signed as ${claims.seq}, queued as ${row.seq}`);
    const seconds = now() / 1000;
    if (claims.iat > seconds + CLOCK_TOLERANCE)
      return refusal('not-yet-valid', `issued at ${iso(claims.iat)}, it is ${iso(seconds)}`);
    if (claims.exp < seconds - CLOCK_TOLERANCE)
      return refusal('expired', `valid until ${iso(claims.exp)}, it is ${iso(seconds)}`);
    return readOrder(claims);
  };
}

function readOrder(claims: Envelope): Verdict {
  if (!isCommandKind(claims.kind)) return refusal('unknown-kind', claims.kind);
  const { version } = commandKinds[claims.kind];
  if (claims.version !== version)
    return refusal('unknown-version', `version ${claims.version} of ${claims.kind}, not ${version}`);
  const { jti: id, iss: issuer, device, seq, exp: notAfter, kind } = claims;
  const common = { id, issuer, device, seq, notAfter };
  switch (kind) {
    case 'port.set': {
      const parameters = readParameters(claims, commandKinds[kind].parameters, wrongPortSet);
      return 'kind' in parameters ? parameters : { kind: 'order', order: { ...common, kind, parameters } };
    }
    case 'switch.check': {
      const parameters = readParameters(claims, commandKinds[kind].parameters, wrongSwitchCheck);
      return 'kind' in parameters ? parameters : { kind: 'order', order: { ...common, kind, parameters } };
    }
  }
}

/** The parameters of an order by the schema of their kind, and by what `wrong` finds beyond that; or the refusal. */
function readParameters<P extends object>(
  { device, parameters }: Envelope,
  shape: z.ZodType<P>,
  wrong: (device: string, parameters: P) => string | undefined,
): P | Refusal {
  const parsed = shape.safeParse(parameters);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return refusal('bad-parameters', `${issue?.path.join('.')}: ${issue?.message}`);
  }
  const problem = wrong(device, parsed.data);
  return problem === undefined ? parsed.data : refusal('bad-parameters', problem);
}

function readHeader(signed: string): z.output<typeof header> | undefined {
  try {
    return header.safeParse(decodeProtectedHeader(signed)).data;
  } catch {
    return undefined;
  }
}

function readPayload(payload: Uint8Array): Envelope | undefined {
  try {
    return envelope.safeParse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload))).data;
  } catch {
    return undefined;
  }
}

function refusal(reason: RefusalReason, detail?: string): Refusal {
  const message = detail === undefined ? refusalReasons[reason] : `${refusalReasons[reason]}: ${detail}`;
  return { kind: 'refusal', reason, message };
}

function iso(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
