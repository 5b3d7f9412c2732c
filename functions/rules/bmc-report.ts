import { z } from 'zod';
import { bmcCheckup, bmcDiagnoses } from '../../db/devices/bmc-report.ts';
import { power } from '../../db/devices/obm.ts';
import type { CommandEnding } from '../../db/queries/commands.ts';

const { manufacturer, product, firmware, cipher_suite } = bmcCheckup.shape;
const diagnosis = z.enum(Object.keys(bmcDiagnoses));

/** What a check of a BMC found: what the BMC says, or what is wrong with it. */
export const bmcReport = z.discriminatedUnion('ok', [
  z.strictObject({
    ok: z.literal(true),
    power_status: power,
    manufacturer,
    product,
    firmware,
    cipher_suite,
    checked_at: z.iso.datetime(),
  }),
  z.strictObject({
    ok: z.literal(false),
    /** `agent`: the agent did not do it, and says why. */
    diagnosis: z.union([z.literal('agent'), diagnosis]),
    message: z.string(),
  }),
]);
type BmcReport = z.output<typeof bmcReport>;

const done = z.object({ bmc: bmcCheckup });
const failed = z.object({ diagnosis });

/** The report of a check; undefined while it has not ended. */
export function bmcReportOf({
  status,
  message,
  result,
  finishedAt,
}: Pick<CommandEnding, 'status' | 'message' | 'result' | 'finishedAt'>): BmcReport | undefined {
  if (finishedAt === null) return undefined;
  if (status !== 'done') {
    return { ok: false, diagnosis: failed.safeParse(result).data?.diagnosis ?? 'agent', message: message ?? '' };
  }
  const { power: power_status, ...said } = done.parse(result).bmc;
  return { ok: true, power_status, ...said, checked_at: finishedAt };
}
