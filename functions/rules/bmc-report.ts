import { z } from 'zod';
import { bmcCheckup, bmcDiagnoses } from '../../db/devices/bmc-report.ts';
import { power } from '../../db/devices/obm.ts';
import type { CommandEnding } from '../../db/queries/commands.ts';
import { timestamp } from '../http/labels.ts';

const { manufacturer, product, firmware, cipher_suite } = bmcCheckup.shape;
const diagnosis = z.enum(Object.keys(bmcDiagnoses));

/** What a check of a BMC found: what the BMC says, or what is wrong with it. */
export const bmcReport = z.discriminatedUnion('ok', [
  z.strictObject({
    ok: z.literal(true).meta({ description: 'Whether the BMC answered with these credentials', examples: [true] }),
    power_status: power.meta({ description: 'Whether the machine has power', examples: ['on'] }),
    manufacturer,
    product,
    firmware,
    cipher_suite,
    checked_at: timestamp.meta({ description: 'When the BMC was asked, in UTC' }),
  }),
  z.strictObject({
    ok: z.literal(false).meta({ description: 'Whether the BMC answered with these credentials', examples: [false] }),
    diagnosis: z.enum(['agent', ...diagnosis.options]).meta({
      description: 'What is wrong; agent: the agent did not do it, and the message says why',
      examples: ['wrong-password'],
    }),
    message: z.string().meta({
      description: 'What is wrong, for people',
      examples: ['the BMC knows the user by another password'],
    }),
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
