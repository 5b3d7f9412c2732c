import { type CryptoKey, compactVerify, decodeProtectedHeader, importJWK } from 'jose';
import { z } from 'zod';
import type { CommandRow } from '../db/commands/claim.ts';
import { CLOCK_TOLERANCE, ENVELOPE_TYPE, type Envelope, envelope } from '../db/commands/envelope.ts';
import { type CommandKind, type CommandParameters, commandKinds, isCommandKind } from '../db/commands/kinds.ts';
import { type RefusalReason, refusalReasons } from '../db/commands/outcome.ts';
import { wrongBmcOrder, wrongBootDevice } from './bmc-orders.ts';
import { wrongConsoleOpening, wrongConsoleOrder } from './console-orders.ts';
import { wrongHeadnodeOrder, wrongHeadnodeStart } from './headnode-orders.ts';
import type { Order, OrderOf } from './order.ts';
import { wrongPortSet, wrongSwitchCheck } from './switch-orders.ts';
import type { Trust } from './trust.ts';

/** Why a row is no order. `message` says it for people. */
interface Refusal {
  readonly kind: 'refusal';
  readonly reason: RefusalReason;
  readonly message: string;
}

/** Whether a row is an order to this agent for this device. */
type Verdict = { readonly kind: 'order'; readonly order: Order } | Refusal;
/** The same for one kind of order. */
type VerdictOn<K extends CommandKind> = { readonly kind: 'order'; readonly order: OrderOf<K> } | Refusal;

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
  return readers[claims.kind](claims);
}

/** Reads an order of each kind by the schema of its parameters, and by what is wrong with it beyond that. */
const readers: { [K in CommandKind]: (claims: Envelope) => VerdictOn<K> } = {
  'port.set': reader('port.set', commandKinds['port.set'].parameters, wrongPortSet),
  'switch.check': reader('switch.check', commandKinds['switch.check'].parameters, wrongSwitchCheck),
  'power.set': reader('power.set', commandKinds['power.set'].parameters, wrongBmcOrder),
  'power.read': reader('power.read', commandKinds['power.read'].parameters, wrongBmcOrder),
  'boot-device.set': reader('boot-device.set', commandKinds['boot-device.set'].parameters, wrongBootDevice),
  'bmc.check': reader('bmc.check', commandKinds['bmc.check'].parameters, wrongBmcOrder),
  'console.open': reader('console.open', commandKinds['console.open'].parameters, wrongConsoleOpening),
  'console.close': reader('console.close', commandKinds['console.close'].parameters, wrongConsoleOrder),
  'console.input': reader('console.input', commandKinds['console.input'].parameters, wrongConsoleOrder),
  'console.break': reader('console.break', commandKinds['console.break'].parameters, wrongConsoleOrder),
  'headnode.start': reader('headnode.start', commandKinds['headnode.start'].parameters, wrongHeadnodeStart),
  'headnode.stop': reader('headnode.stop', commandKinds['headnode.stop'].parameters, wrongHeadnodeOrder),
  'headnode.read': reader('headnode.read', commandKinds['headnode.read'].parameters, wrongHeadnodeOrder),
  'headnode.delete': reader('headnode.delete', commandKinds['headnode.delete'].parameters, wrongHeadnodeOrder),
};

function reader<K extends CommandKind>(
  kind: K,
  shape: z.ZodType<CommandParameters<K>>,
  wrong: (device: string, parameters: CommandParameters<K>) => string | undefined,
): (claims: Envelope) => VerdictOn<K> {
  return ({ jti: id, iss: issuer, device, seq, iat: issuedAt, exp: notAfter, parameters }) => {
    const parsed = shape.safeParse(parameters);
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      return refusal('bad-parameters', `${issue?.path.join('.')}: ${issue?.message}`);
    }
    const problem = wrong(device, parsed.data);
    if (problem !== undefined) return refusal('bad-parameters', problem);
    return { kind: 'order', order: { kind, id, issuer, device, seq, issuedAt, notAfter, parameters: parsed.data } };
  };
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
