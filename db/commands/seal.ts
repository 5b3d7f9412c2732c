import { isDeepStrictEqual } from 'node:util';
import {
  CompactEncrypt,
  calculateJwkThumbprint,
  compactDecrypt,
  decodeProtectedHeader,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
} from 'jose';
import { z } from 'zod';

/** The public half of an agent's sealing key: whoever has it can seal, nobody can open. */
export const sealingPublicKey = z.strictObject({
  kty: z.literal('OKP').meta({ description: 'Kind of the key (RFC 8037)', examples: ['OKP'] }),
  crv: z.literal('X25519').meta({ description: 'Curve of the key', examples: ['X25519'] }),
  x: z
    .string()
    .regex(/^[A-Za-z0-9_-]{43}$/, 'must be 32 bytes in base64url')
    .meta({ description: 'The key itself, 32 bytes in base64url', examples: ['hSDwCYkwp1R0i33ctD73Wg2_Og0mOBr066SpjqqbTmo'] }),
  kid: z
    .string()
    .optional()
    .meta({ description: 'Name of the key; it may be left out', examples: ['rack-1'] }),
});
export type SealingPublicKey = z.output<typeof sealingPublicKey>;

/** An agent's sealing key pair as a private JWK. */
export const sealingKey = z.object({
  kty: z.literal('OKP'),
  crv: z.literal('X25519'),
  x: z.string(),
  d: z.string(),
  kid: z.string(),
});
export type SealingKey = z.output<typeof sealingKey>;

/** What a secret is sealed together with. An agent refuses a secret whose target differs from where it is about to send it. */
export interface SealedTarget {
  /** `switch/nexus-01`, `bmc/node-3`. */
  readonly device: string;
  readonly hostname: string;
  readonly port: number;
}

const sealedText = z.strictObject({ device: z.string(), hostname: z.string(), port: z.int(), secret: z.unknown() });

/** A sealed secret that cannot or must not be opened; the message never contains it. */
export class SealError extends Error {
  override readonly name = 'SealError';
}

/** Makes a sealing key pair for an agent. */
export async function generateSealingKey(): Promise<SealingKey> {
  const { privateKey } = await generateKeyPair('ECDH-ES', { crv: 'X25519', extractable: true });
  const jwk: JWK = await exportJWK(privateKey);
  return sealingKey.parse({ ...jwk, kid: await calculateJwkThumbprint(jwk) });
}

/** The thumbprint (RFC 7638) by which people compare a key on two screens. */
export function thumbprint({ kty, crv, x }: SealingPublicKey): Promise<string> {
  return calculateJwkThumbprint({ kty, crv, x });
}

/** Seals a secret, any JSON value, to an agent's key and to the one place it may be used: a compact JWE. */
export async function seal(key: SealingPublicKey, target: SealedTarget, secret: unknown): Promise<string> {
  const { device, hostname, port } = target;
  return new CompactEncrypt(new TextEncoder().encode(JSON.stringify({ device, hostname, port, secret })))
    .setProtectedHeader({ alg: 'ECDH-ES', enc: 'A256GCM', kid: await thumbprint(key) })
    .encrypt(await importJWK({ kty: key.kty, crv: key.crv, x: key.x }, 'ECDH-ES'));
}

/** Opens a secret with whichever of the keys it was sealed to. Throws SealError when there is none, or when it was sealed for another target. */
export async function unseal(keys: readonly SealingKey[], sealed: string, target: SealedTarget): Promise<unknown> {
  const kid = sealedTo(sealed);
  const key = keys.find((candidate) => candidate.kid === kid);
  if (!key)
    throw new SealError(
      `the credentials of ${target.device} are sealed to a key that this agent does not have; enter them again`,
    );
  const { plaintext } = await compactDecrypt(sealed, await importJWK(key, 'ECDH-ES'), {
    keyManagementAlgorithms: ['ECDH-ES'],
    contentEncryptionAlgorithms: ['A256GCM'],
  }).catch(() => {
    throw new SealError(`the credentials of ${target.device} do not open: they were altered`);
  });
  const { secret, ...sealedFor } = sealedText.parse(JSON.parse(new TextDecoder().decode(plaintext)));
  if (sealedFor.device !== target.device || sealedFor.hostname !== target.hostname || sealedFor.port !== target.port) {
    throw new SealError(
      `the credentials of ${target.device} were sealed for another device or address; enter them again for this one`,
    );
  }
  return secret;
}

/** The name of the key that a sealed secret says it is sealed to. Undefined: it names none. */
export function sealedTo(sealed: string): string | undefined {
  try {
    return decodeProtectedHeader(sealed).kid;
  } catch {
    return undefined;
  }
}

/**
 * Seals to the first of the keys, for the same target, what is sealed to another of them. Undefined where it is sealed to the first already.
 * Throws SealError as `unseal` does, and when the first key could not open what it would seal: then nothing may be sealed to it.
 */
export async function reseal(keys: readonly SealingKey[], sealed: string, target: SealedTarget): Promise<string | undefined> {
  const [current] = keys;
  if (!current || sealedTo(sealed) === current.kid) return undefined;
  const secret = await unseal(keys, sealed, target);
  const { kty, crv, x } = current;
  const resealed = await seal({ kty, crv, x }, target, secret);
  if (!isDeepStrictEqual(await unseal([current], resealed, target), secret))
    throw new SealError(`the credentials of ${target.device} do not open after they were sealed to the key ${current.kid}`);
  return resealed;
}
