import { z } from 'zod';
import { portState } from '../db/commands/kinds.ts';
import {
  checkSteps,
  type DoubtReason,
  doubtReasons,
  type FailureReason,
  failureReasons,
  type RefusalReason,
  refusalReasons,
  switchCheckup,
} from '../db/commands/outcome.ts';

function reasonOf<R extends string>(known: Record<R, string>) {
  return z.custom<R>((value) => typeof value === 'string' && Object.hasOwn(known, value), 'is no known reason');
}

/** An outcome as it is read back from the journal. */
export const outcomeShape = z.discriminatedUnion('status', [
  z.strictObject({
    status: z.literal('done'),
    result: z.union([z.strictObject({ port: portState, changed: z.boolean() }), z.strictObject({ check: switchCheckup })]),
  }),
  z.strictObject({
    status: z.literal('failed'),
    reason: reasonOf<FailureReason>(failureReasons),
    message: z.string(),
    result: z.union([z.strictObject({ port: portState }), z.strictObject({ step: z.enum(checkSteps) })]).exactOptional(),
  }),
  z.strictObject({ status: z.literal('refused'), reason: reasonOf<RefusalReason>(refusalReasons), message: z.string() }),
  z.strictObject({ status: z.literal('unknown'), reason: reasonOf<DoubtReason>(doubtReasons), message: z.string() }),
]);
