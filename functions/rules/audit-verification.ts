import type { ChainHead, ChainLink } from '../../db/queries/audit-chain.ts';
import { type AuditChain, entryHash } from './audit-chain.ts';

/** What can be wrong with an entry. */
export const wrongs = ['altered', 'moved', 'removed', 'forged', 'unsigned'] as const;

/** The first entry of a chain that is not what was chained. `id`: of what stands there; null: nothing does. */
export interface ChainProblem {
  readonly seq: number;
  readonly id: string | null;
  readonly what: (typeof wrongs)[number];
  readonly msg: string;
}

/** How far a part of the chain is as it was chained: up to the last entry of it that is signed. */
export interface VerifiedPart {
  readonly head: ChainHead;
  readonly problem: ChainProblem | null;
}

/**
 * Looks whether entries are those that were chained after `before`, which was verified, and is signed or the beginning. `isEnd`: there are
 * no more; else they must be as many as one signature may be for.
 */
export async function verifyPart(
  chain: Pick<AuditChain, 'signedAfter'>,
  before: ChainHead,
  links: readonly ChainLink[],
  isEnd: boolean,
): Promise<VerifiedPart> {
  let last = before;
  let signed = before;
  const wrong = (seq: number, id: string | null, what: ChainProblem['what'], msg: string): VerifiedPart => ({
    head: signed,
    problem: { seq, id, what, msg },
  });
  for (const link of links) {
    const { seq, id, hash, signature } = link;
    if (seq !== last.seq + 1) {
      const which = seq === last.seq + 2 ? `entry ${last.seq + 1} is` : `entries ${last.seq + 1} to ${seq - 1} are`;
      return wrong(last.seq + 1, null, 'removed', `${which} not there any more`);
    }
    if (entryHash(last, link.text) !== hash) {
      const moved = movedFrom(last, link, links);
      return moved
        ? wrong(seq, id, 'moved', `what belongs here stands at ${moved.seq}: entries were put into another order`)
        : wrong(seq, id, 'altered', 'it is not what was chained here: it was altered, or is another entry');
    }
    if (!link.isFiled) return wrong(seq, id, 'altered', 'it is not listed for the projects that it concerns, or for others too');
    last = { seq, hash };
    if (signature === null) continue;
    const after = await chain.signedAfter(last, signature);
    if (after === null) {
      const which = signed.seq + 1 === seq ? 'it' : `an entry from ${signed.seq + 1} to ${seq}`;
      return wrong(
        signed.seq + 1,
        idAt(links, signed.seq + 1),
        'forged',
        `${which} was altered, and the chain made anew after it`,
      );
    }
    // Less than that it may be: whoever asks may have begun at an entry that is not signed.
    if (after > signed.seq) return unsigned(after);
    signed = last;
  }
  // A part that does not reach the end ends with a signature, and has one.
  return signed.seq === last.seq || (!isEnd && signed !== before) ? { head: signed, problem: null } : unsigned(last.seq);

  function unsigned(to: number): VerifiedPart {
    const from = signed.seq + 1;
    return wrong(
      from,
      idAt(links, from),
      'unsigned',
      `nobody has signed entries ${from} to ${to}: their signatures were removed`,
    );
  }
}

/** The entry that was chained after `last`, where it now stands in the place of another: alone, or with its hash. */
function movedFrom(last: ChainHead, { hash }: ChainLink, links: readonly ChainLink[]): ChainLink | undefined {
  return links.find((other) => {
    if (other.seq <= last.seq + 1) return false;
    const should = entryHash(last, other.text);
    return should === hash || should === other.hash;
  });
}

function idAt(links: readonly ChainLink[], seq: number): string | null {
  return links.find((link) => link.seq === seq)?.id ?? null;
}
