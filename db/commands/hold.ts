import { z } from 'zod';
import type { Connection } from '../client.ts';
import type { Claim, LeaseTerms } from './claim.ts';

const holdRow = z.object({ device_id: z.coerce.number(), fence: z.coerce.number() });

/** Takes one device of the calling agent on which no command waits. Undefined: one waits, or somebody else holds it. */
export async function hold(
  connection: Connection,
  device: string,
  worker: string,
  terms: Omit<LeaseTerms, 'batch'>,
): Promise<Claim | undefined> {
  const [row] =
    await connection`select * from agent_hold(${device}, ${worker}, make_interval(secs => ${terms.lease}), make_interval(secs => ${terms.grace}))`;
  if (!row) return undefined;
  const { device_id: deviceId, fence } = holdRow.parse(row);
  return { deviceId, device, fence, commands: [] };
}
