import { z } from 'zod';
import { portState } from '../../db/commands/kinds.ts';
import { checkSteps, switchCheckup } from '../../db/commands/outcome.ts';
import type { ShownCheck } from '../../db/queries/commands.ts';
import { portLabel, timestamp } from '../http/labels.ts';

/** What a check of a switch found: what the switch says, or the step that it did not get beyond. */
export const checkReport = z.discriminatedUnion('ok', [
  z.strictObject({
    ok: z.literal(true).meta({ description: 'Whether the agent logged in and read what was asked for', examples: [true] }),
    version: z.string().meta({ description: 'What the switch says that it is, and its version', examples: ['NX-OS 10.3(4a)'] }),
    ports: z
      .array(
        z.union([
          z.strictObject({ port: portLabel, ...portState.shape }),
          z.strictObject({
            port: portLabel,
            problem: z.string().meta({
              description: 'Why the port could not be read',
              examples: ['the switch answered something that nobody recognises'],
            }),
          }),
        ]),
      )
      .meta({ description: 'The ports that were read' }),
    checked_at: timestamp.meta({ description: 'When it was read, in UTC' }),
  }),
  z.strictObject({
    ok: z.literal(false).meta({ description: 'Whether the agent logged in and read what was asked for', examples: [false] }),
    step: z.enum(['agent', ...checkSteps]).meta({
      description: 'Step that it did not get beyond; agent: the agent did not do it, and no session was opened',
      examples: ['log-in'],
    }),
    message: z.string().meta({
      description: 'What went wrong, for people',
      examples: ['the switch did not accept the credentials'],
    }),
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
