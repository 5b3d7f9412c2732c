import { createHash } from 'node:crypto';
import { CompactSign, compactVerify, importJWK } from 'jose';
import { z } from 'zod';
import { type SigningKey, type VerificationKey, verificationKey } from '../../db/commands/envelope.ts';
import type { ChainedEntry, ChainHead, WaitingEntry } from '../../db/queries/audit-chain.ts';

/** The most entries that are chained together, so that no more than these are without a signature. */
export const MOST_TOGETHER = 500;

/** The `typ` of a signed end of the chain, so that it is never taken for a command, nor a command for it. */
const CHAIN_TYPE = 'haas-audit';

const signedHead = z.strictObject({
  iss: z.string(),
  /** The entry that was signed before. */
  after: z.int().nonnegative(),
  seq: z.int().positive(),
  hash: z.string(),
});

/** The hash of an entry: SHA-256 of the hash before, its place and its text, in base64url. */
export function entryHash({ seq, hash }: ChainHead, text: string): string {
  return createHash('sha256')
    .update(`${hash}\n${seq + 1}\n${text}`)
    .digest('base64url');
}

/** Chains entries, and tells whether a signature of the end of a chain is one of this deployment. */
export interface AuditChain {
  /** Gives entries their places after `head`, in their order; the last is signed. */
  readonly append: (head: ChainHead, waiting: readonly WaitingEntry[]) => Promise<readonly ChainedEntry[]>;
  /**
   * After which signed entry this deployment has signed that the chain up to `head` is this; null: it has not. It is signed too, or whoever
   * removes signatures from what they altered would have them replaced by the next.
   */
  readonly signedAfter: (head: ChainHead, signature: string) => Promise<number | null>;
}

/** Prepares a deployment's chain: `key` signs, and what any of `known` has signed is believed. Throws when a key is not an Ed25519 key. */
export async function createAuditChain(issuer: string, key: SigningKey, known: readonly VerificationKey[]): Promise<AuditChain> {
  const privateKey = await importJWK(key, 'EdDSA');
  const publicKeys = new Map(
    await Promise.all(known.map(async (each) => [each.kid, await importJWK(verificationKey.parse(each), 'EdDSA')] as const)),
  );
  return {
    async append(head, waiting) {
      const entries: { id: string; seq: number; hash: string; signature: string | null }[] = [];
      let last = head;
      for (const { id, text } of waiting) {
        last = { seq: last.seq + 1, hash: entryHash(last, text) };
        entries.push({ id, ...last, signature: null });
      }
      const end = entries.at(-1);
      if (end) {
        const text = JSON.stringify({ iss: issuer, after: head.seq, seq: end.seq, hash: end.hash });
        end.signature = await new CompactSign(new TextEncoder().encode(text))
          .setProtectedHeader({ alg: 'EdDSA', typ: CHAIN_TYPE, kid: key.kid })
          .sign(privateKey);
      }
      return entries;
    },
    async signedAfter(head, signature) {
      try {
        const { payload, protectedHeader } = await compactVerify(
          signature,
          ({ kid }) => {
            const found = publicKeys.get(kid ?? '');
            if (!found) throw new Error('unknown key');
            return found;
          },
          { algorithms: ['EdDSA'] },
        );
        const { iss, after, seq, hash } = signedHead.parse(JSON.parse(new TextDecoder().decode(payload)));
        return protectedHeader.typ === CHAIN_TYPE && iss === issuer && seq === head.seq && hash === head.hash ? after : null;
      } catch {
        return null;
      }
    },
  };
}
