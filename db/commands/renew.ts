import type { Connection } from '../client.ts';
import type { Claim } from './claim.ts';

/** Holds a device for another `lease` seconds from now. False when it is not ours any more. */
export async function renew(connection: Connection, held: Claim, lease: number): Promise<boolean> {
  const [row] = await connection`select agent_renew(${held.deviceId}, ${held.fence}, make_interval(secs => ${lease})) as renewed`;
  return row?.['renewed'] === true;
}
