import type { Connection } from '../client.ts';
import { type Claim, leaseLost } from './claim.ts';
import type { Outcome } from './outcome.ts';

/** The outcome of one command. */
export interface Settlement {
  readonly id: string;
  readonly outcome: Outcome;
}

/**
 * Ends commands of a held device, with the rows that their outcomes make true, in one transaction.
 * `unsaved` tells that the device's configuration was changed and is not saved on it yet.
 * Throws LeaseLost when the device is held no more: then nothing was written.
 */
export async function settle(
  connection: Connection,
  held: Claim,
  settlements: readonly Settlement[],
  unsaved: boolean,
): Promise<void> {
  const outcomes = settlements.map(({ id, outcome }) => ({ id, ...outcome }));
  await connection`select agent_settle(${held.deviceId}, ${held.fence}, ${connection.json(JSON.parse(JSON.stringify(outcomes)))}, ${unsaved})`.catch(
    leaseLost,
  );
}

/** Records that the held device starts with what it runs. */
export async function recordSaved(connection: Connection, held: Claim): Promise<void> {
  await connection`select agent_saved(${held.deviceId}, ${held.fence})`.catch(leaseLost);
}
