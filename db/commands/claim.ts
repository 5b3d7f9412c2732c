import { z } from 'zod';
import type { Connection } from '../client.ts';

/** A command as the database shows it: nothing of it is to be believed before its signature was verified. */
const commandRow = z.object({
  id: z.string(),
  agent: z.string(),
  seq: z.coerce.number(),
  kind: z.string(),
  signed: z.string(),
  attempt: z.number(),
});
export type CommandRow = z.output<typeof commandRow>;

const claimRow = commandRow.extend({ device_id: z.coerce.number(), device: z.string(), fence: z.coerce.number() });

/** A device that this process holds until its lease ends, and the commands it took with it, in order. */
export interface Claim {
  readonly deviceId: number;
  readonly device: string;
  readonly fence: number;
  readonly commands: CommandRow[];
}

/** How long a device is held (seconds), how long a successor waits beyond that, and how many commands are taken at once. */
export interface LeaseTerms {
  readonly lease: number;
  readonly grace: number;
  readonly batch: number;
}

/**
 * Takes one waiting device of the calling agent, with its commands. Undefined: nothing to do. `lost`: names of earlier requests whose
 * answers never came; what was given under them is free. No name is ever used for two requests.
 */
export async function claim(
  connection: Connection,
  worker: string,
  terms: LeaseTerms,
  lost: readonly string[] = [],
): Promise<Claim | undefined> {
  const rows = z
    .array(claimRow)
    .parse(
      await connection`select * from agent_claim(${worker}, make_interval(secs => ${terms.lease}), make_interval(secs => ${terms.grace}), ${terms.batch}, ${[...lost]}::text[])`,
    );
  const first = rows[0];
  if (!first) return undefined;
  const commands = rows.map(({ id, agent, seq, kind, signed, attempt }) => ({ id, agent, seq, kind, signed, attempt }));
  return { deviceId: first.device_id, device: first.device, fence: first.fence, commands };
}

/** Takes what was queued since for a device that is held. Throws LeaseLost when it is held no more. */
export async function takeMore(connection: Connection, held: Claim, batch: number): Promise<CommandRow[]> {
  const rows = await connection`select * from agent_take_more(${held.deviceId}, ${held.fence}, ${batch})`.catch(leaseLost);
  return z.array(commandRow).parse(rows);
}

/** Another process may hold the device now: this one must not touch it, nor end its commands. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}

/** Turns the database's "the lease is not held any more" into LeaseLost. */
export function leaseLost(error: unknown): never {
  if (error instanceof Error && 'code' in error && error.code === 'HA001') throw new LeaseLost(error.message, { cause: error });
  throw error;
}
