import { sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Tx } from '../../db/client.ts';
import type { CommandKind, CommandParameters } from '../../db/commands/kinds.ts';
import { bootDevice, power } from '../../db/devices/obm.ts';
import type { CommandEnding } from '../../db/queries/commands.ts';
import type { nodeActions } from '../../db/schema.ts';
import type { Services } from '../services.ts';
import { nothingOr } from './command-ending.ts';
import { issueAll } from './issue.ts';
import type { DrivenNode } from './obm-access.ts';

/** What users ask of the BMC of a node. */
export type NodeAction = (typeof nodeActions.$inferInsert)['action'];

/** Orders something of a node's BMC, and records it for those who ask what became of it. Answers the command's id. */
export async function order<K extends CommandKind>(
  tx: Tx,
  services: Services,
  node: DrivenNode,
  action: NodeAction,
  kind: K,
  parameters: CommandParameters<K>,
): Promise<string> {
  const [id] = await orderAll(tx, services, [{ node, parameters }], action, kind);
  if (id === undefined) throw new Error(`nothing was ordered of node ${node.label}`);
  return id;
}

/** As `order`, of several nodes, each once. Answers the commands' ids in the order of the nodes. */
export async function orderAll<K extends CommandKind>(
  tx: Tx,
  services: Services,
  orders: readonly { readonly node: DrivenNode; readonly parameters: CommandParameters<K> }[],
  action: NodeAction,
  kind: K,
): Promise<string[]> {
  const ids = await issueAll(
    tx,
    services,
    orders.map(({ node, parameters }) => ({ label: `bmc/${node.label}`, agentId: node.way.agentId, kind, parameters })),
  );
  const actions = JSON.stringify(orders.map(({ node }, index) => ({ id: ids[index], node: node.id })));
  await tx.execute(sql`
    insert into node_actions (id, node_id, action)
      select a.id, a.node, ${action} from json_to_recordset(${actions}::json) as a (id uuid, node bigint)`);
  return ids;
}

/** How power is changed where nothing else is asked for. `limit`: seconds. */
const usual = { force: false, limit: 60, pxe: false };

/** What may be asked for of a power cycle. */
export const cycleFields = {
  force: z
    .boolean()
    .optional()
    .meta({
      description: 'Turn it off at once, without asking its operating system to shut down; false unless given',
      examples: [false],
    }),
  limit: z
    .int()
    .min(1)
    .max(600)
    .optional()
    .meta({
      description: 'Seconds in which the operating system must have shut down, 60 unless given; not with obmd',
      examples: [120],
    }),
  pxe: z
    .boolean()
    .optional()
    .meta({
      description: 'Boot from the network this time; false unless given, not with obmd',
      examples: [true],
    }),
};

/** A change of power, as it goes into a signed command. */
export function powerChange(
  action: CommandParameters<'power.set'>['action'],
  { force = usual.force, limit = usual.limit, pxe = usual.pxe }: CycleOptions = {},
) {
  return { action, force, limit, pxe };
}

/** The options of a power cycle, as far as they were named. */
interface CycleOptions {
  readonly force?: boolean | undefined;
  readonly limit?: number | undefined;
  readonly pxe?: boolean | undefined;
}

/** Refusals of whatever has a machine changed, by how the command ended. */
export const endingRefusals = {
  obm_failed: ['OBMError', 'the BMC or the machine did not do it, or only a part of it; `msg` says why'],
  agent_refused: ['OBMError', 'the agent did not take it for an order, and touched nothing; `msg` says why'],
  outcome_unknown: ['OBMError', 'it was begun, and what became of it could not be found out'],
} as const;

/** The answer of operations that have a machine changed. */
export const nothingIfDone = nothingOr('obm_failed', 'the BMC did not do it');

/** Whether a machine has power, as a command read it last; undefined where it read nothing. */
export function powerRead({ result }: Pick<CommandEnding, 'result'>): z.output<typeof power> | undefined {
  return z.object({ power }).safeParse(result).data?.power;
}

/** What is answered to whoever asks whether a machine has power. */
export const powerStatus = z
  .strictObject({
    power_status: z.enum([...power.options, 'unknown']).meta({
      description: 'Whether the machine has power; unknown: nobody can tell now',
      examples: ['on'],
    }),
    reason: z
      .string()
      .optional()
      .meta({
        description: 'Why it is unknown; absent if it is known',
        examples: ['nothing answers at this address and port'],
      }),
  })
  .meta({ examples: [{ power_status: 'on' }] });

/** Whether a machine has power, by a command that asked for it and has ended. */
export function powerStatusOf(ended: Pick<CommandEnding, 'status' | 'message' | 'result'>): z.output<typeof powerStatus> {
  const read = ended.status === 'done' ? powerRead(ended) : undefined;
  return read === undefined
    ? { power_status: 'unknown', reason: ended.message ?? 'the BMC did not say' }
    : { power_status: read };
}

/** The boot device as a command read it back; undefined where it read none. */
export function bootRead({ result }: Pick<CommandEnding, 'result'>): z.output<typeof bootDevice> | undefined {
  return z.object({ boot: bootDevice }).safeParse(result).data?.boot;
}
