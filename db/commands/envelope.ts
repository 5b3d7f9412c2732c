import { CompactSign, calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose';
import { z } from 'zod';
import type { CommandKind, CommandParameters } from './kinds.ts';

/** The `typ` of a signed command, so that nothing else signed with the same key is ever taken for one. */
export const ENVELOPE_TYPE = 'haas-command';

/** How far the clocks of API hosts and agents may be apart, in seconds. */
export const CLOCK_TOLERANCE = 30;

/** What is signed, as JSON. Times are whole seconds since 1970. */
export const envelope = z.strictObject({
  /** Command id. */
  jti: z.uuid(),
  /** The deployment that issued it. */
  iss: z.string().min(1),
  /** The agent it is for. */
  aud: z.string().min(1),
  device: z.string().min(1),
  seq: z.int().positive(),
  kind: z.string().min(1),
  /** Version of the kind's parameters. */
  version: z.int(),
  parameters: z.unknown(),
  iat: z.int(),
  exp: z.int(),
});
export type Envelope = z.output<typeof envelope>;

/** An Ed25519 key pair as a private JWK; its `kid` is its thumbprint. */
export const signingKey = z.object({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  x: z.string(),
  d: z.string(),
  kid: z.string(),
});
export type SigningKey = z.output<typeof signingKey>;

/** The public half of a signing key, as agents pin it. */
export const verificationKey = signingKey.omit({ d: true });
export type VerificationKey = z.output<typeof verificationKey>;

/** Makes a key pair for signing commands. */
export async function generateSigningKey(): Promise<SigningKey> {
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  const jwk: JWK = await exportJWK(privateKey);
  return signingKey.parse({ ...jwk, kid: await calculateJwkThumbprint(jwk) });
}

/** An order before it is signed. Lifetime in seconds. */
export interface Order<K extends CommandKind> {
  readonly id: string;
  readonly agent: string;
  readonly device: string;
  readonly seq: number;
  readonly kind: K;
  readonly version: number;
  readonly parameters: CommandParameters<K>;
  readonly lifetime: number;
}

/** Signs orders in the name of one deployment. */
export interface Signer {
  readonly issuer: string;
  /** The compact JWS of an order, and when it stops being valid. */
  sign<K extends CommandKind>(order: Order<K>): Promise<{ signed: string; notAfter: Date }>;
}

/** Prepares a key for signing. Throws when the key is not an Ed25519 private key. */
export async function createSigner(issuer: string, key: SigningKey): Promise<Signer> {
  const privateKey = await importJWK(key, 'EdDSA');
  return {
    issuer,
    async sign({ id, agent, device, seq, kind, version, parameters, lifetime }) {
      const iat = Math.floor(Date.now() / 1000);
      const claims: Envelope = {
        jti: id,
        iss: issuer,
        aud: agent,
        device,
        seq,
        kind,
        version,
        parameters,
        iat,
        exp: iat + lifetime,
      };
      const signed = await new CompactSign(new TextEncoder().encode(JSON.stringify(claims)))
        .setProtectedHeader({ alg: 'EdDSA', typ: ENVELOPE_TYPE, kid: key.kid })
        .sign(privateKey);
      return { signed, notAfter: new Date(claims.exp * 1000) };
    },
  };
}
