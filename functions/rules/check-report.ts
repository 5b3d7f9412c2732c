import { z } from 'zod';
import { portState } from '../../db/commands/kinds.ts';
import { checkSteps, switchCheckup } from '../../db/commands/outcome.ts';
import type { ShownCheck } from '../../db/queries/commands.ts';

/** What a check of a switch found: what the switch says, or the step that it did not get beyond. */
export const checkReport = z.discriminatedUnion('ok', [
  z.strictObject({
    ok: z.literal(true),
    version: z.string(),
    ports: z.array(
      z.union([
        z.strictObject({ port: z.string(), ...portState.shape }),
        z.strictObject({ port: z.string(), problem: z.string() }),
      ]),
    ),
    checked_at: z.iso.datetime(),
  }),
  z.strictObject({
    ok: z.literal(false),
    /** `agent`: the agent did not do it, and says why; no session was opened. */
    step: z.enum(['agent', ...checkSteps]),
    message: z.string(),
  }),
]);
type CheckReport = z.output<typeof checkReport>;

const done = z.object({ check: switchCheckup });
const failed = z.object({ step: z.enum(checkSteps) });

/** The report of a check; undefined while it has not ended. */
export function reportOf({ status, message, result, finishedAt }: ShownCheck): CheckReport | undefined {
  if (finishedAt === null) return undefined;
  if (status !== 'done') return { ok: false, step: failed.safeParse(result).data?.step ?? 'agent', message: message ?? '' };
  const { version, ports } = done.parse(result).check;
  return {
    ok: true,
    version,
    ports: ports.map((read) => ('state' in read ? { port: read.port, ...read.state } : read)),
    checked_at: finishedAt,
  };
}
