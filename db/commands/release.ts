import type { Connection } from '../client.ts';
import { type Claim, leaseLost } from './claim.ts';

/** Gives a device back at once. The commands in `untouched` were taken and not begun: they go back as if never taken. */
export async function release(connection: Connection, held: Claim, untouched: readonly string[]): Promise<void> {
  await connection`select agent_release(${held.deviceId}, ${held.fence}, ${[...untouched]}::uuid[])`.catch(leaseLost);
}
