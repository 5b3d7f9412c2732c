import { z } from 'zod';
import type { Connection } from '../client.ts';

const helloRow = z.object({ agent: z.string(), channel: z.string() });

/** Tells the database that a process of this agent is alive. Answers the agent's label and the channel on which it is woken. */
export async function hello(connection: Connection, version: string): Promise<{ agent: string; channel: string }> {
  const [row] = await connection`select * from agent_hello(${version})`;
  return helloRow.parse(row);
}
