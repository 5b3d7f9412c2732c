import { z } from 'zod';
import {
  type DoubtReason,
  doneResult,
  doubtReasons,
  type FailureReason,
  failedResult,
  failureReasons,
  type RefusalReason,
  refusalReasons,
} from '../db/commands/outcome.ts';

function reasonOf<R extends string>(known: Record<R, string>) {
  return z.custom<R>((value) => typeof value === 'string' && Object.hasOwn(known, value), 'is no known reason');
}

/** An outcome as it is read back from the journal. */
export const outcomeShape = z.discriminatedUnion('status', [
  z.strictObject({ status: z.literal('done'), result: doneResult }),
  z.strictObject({
    status: z.literal('failed'),
    reason: reasonOf<FailureReason>(failureReasons),
    message: z.string(),
    result: failedResult.exactOptional(),
  }),
  z.strictObject({ status: z.literal('refused'), reason: reasonOf<RefusalReason>(refusalReasons), message: z.string() }),
  z.strictObject({ status: z.literal('unknown'), reason: reasonOf<DoubtReason>(doubtReasons), message: z.string() }),
]);
