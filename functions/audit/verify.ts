import { z } from 'zod';
import { EMPTY_CHAIN, readChain } from '../../db/queries/audit-chain.ts';
import { entryHash, placeOfEntry } from '../http/labels.ts';
import { nothing, reading } from '../http/operation.ts';
import { MOST_TOGETHER } from '../rules/audit-chain.ts';
import { type ChainProblem, verifyPart, wrongs } from '../rules/audit-verification.ts';

/** How many entries are verified at a time, unless it is said, and at most. */
const PART = 10_000;

/**
 * Looks whether a part of the audit is what was recorded: hash by hash, and signature by signature. It goes on where the part before
 * ended, whose hash must be told; so an earlier end that somebody kept can be shown to be in the chain still.
 */
export const verifyAudit = reading({
  id: 'verify_audit',
  summary: 'Verify a part of the audit: that nothing in it was altered, removed or moved',
  method: 'GET',
  path: '/audit/verification',
  access: 'admin',
  params: nothing,
  query: z
    .strictObject({
      after: placeOfEntry.optional().meta({
        description: 'Seq of the entry after which the part begins; without it: the beginning',
        examples: ['1041'],
      }),
      hash: entryHash.optional().meta({
        description: 'Hash of that entry, as it is known from before; it is looked whether that is still in the chain',
        examples: ['pZGm1Av0IEBKARczz7exkNYsZb8LzaMrV7J32a2fFG4'],
      }),
      limit: z
        .string()
        .regex(/^\d{1,5}$/, `must be a whole number, ${MOST_TOGETHER} to ${PART}`)
        .meta({ description: `How many entries to verify at most; ${PART} unless given`, examples: ['10000'] })
        .transform(Number)
        .pipe(z.int().min(MOST_TOGETHER, `must be ${MOST_TOGETHER} or more`).max(PART, `must be ${PART} or less`))
        .optional(),
    })
    .refine(({ after, hash }) => (after === undefined) === (hash === undefined), { path: ['hash'], error: 'goes with after' }),
  result: z.strictObject({
    from: z.int().meta({ description: 'Seq of the first entry of the part', examples: [1] }),
    to: z.int().meta({
      description: 'Seq of the last entry that was verified, which is signed; less than `from`: none was',
      examples: [1041],
    }),
    hash: z.string().meta({
      description: 'Hash of that entry: kept elsewhere, it shows later that the chain up to it is still this',
      examples: ['pZGm1Av0IEBKARczz7exkNYsZb8LzaMrV7J32a2fFG4'],
    }),
    is_complete: z
      .boolean()
      .meta({ description: 'Whether it is the end of the chain; otherwise ask for more, after `to`', examples: [true] }),
    problem: z
      .strictObject({
        seq: z.int().meta({ description: 'Place of the first entry that is wrong', examples: [512] }),
        id: z
          .uuid()
          .nullable()
          .meta({
            description: 'Id of the entry that stands there; null: none does',
            examples: ['c56a4180-65aa-42ec-a945-5fd21dec0538'],
          }),
        what: z.enum(wrongs).meta({ description: 'What is wrong with it' }),
        msg: z.string().meta({ description: 'The same for people', examples: ['entry 512 is not there any more'] }),
      })
      .nullable()
      .meta({ description: 'What is wrong; null: nothing' }),
  }),
  refusals: { forgotten: ['IllegalStateError', 'entry `after` is so old that it was forgotten: begin at the beginning'] },

  async read({ sql, services, refuse }, { query: { after, hash, limit = PART } }) {
    // One more at either end: the entry before, and whether there are more.
    const { anchor, links: found, hasEntries } = await readChain(sql, after, limit + 2);
    const beginning = anchor ?? EMPTY_CHAIN;
    if (after !== undefined && after < beginning.seq) {
      throw refuse('forgotten', `entry ${after} was forgotten, as all up to ${beginning.seq}: leave out "after" and "hash"`);
    }
    const before = after !== undefined && hash !== undefined ? { seq: after, hash } : beginning;
    const answer = (to: { seq: number; hash: string }, isComplete: boolean, problem: ChainProblem | null) => ({
      from: before.seq + 1,
      to: to.seq,
      hash: to.hash,
      is_complete: isComplete,
      problem,
    });
    const wrong = (seq: number, id: string | null, what: ChainProblem['what'], msg: string) =>
      answer(before, false, { seq, id, what, msg });

    if (anchor && (await services.audit.signedAfter(anchor, anchor.signature)) === null) {
      return wrong(anchor.seq, null, 'forged', `nobody has signed that the chain may begin after entry ${anchor.seq}`);
    }
    const isWithin = before.seq > beginning.seq;
    const [known] = found;
    if (isWithin && known?.seq !== before.seq) {
      return wrong(before.seq, null, 'removed', `entry ${before.seq} is not there any more`);
    }
    if (isWithin ? known?.hash !== before.hash : before.hash !== beginning.hash) {
      return wrong(before.seq, known?.id ?? null, 'altered', `it is not the entry that was at ${before.seq} before`);
    }
    if (anchor && !anchor.isTold && !isWithin) {
      return wrong(anchor.seq, null, 'removed', `no entry tells that the entries up to ${anchor.seq} were forgotten`);
    }
    if (!anchor && !hasEntries) return wrong(1, null, 'removed', 'all entries are gone, and the first was made with the tables');
    const links = found.slice(isWithin ? 1 : 0);
    const isEnd = links.length <= limit;
    const { head, problem } = await verifyPart(services.audit, before, links.slice(0, limit), isEnd);
    return answer(head, isEnd && problem === null, problem);
  },
});
