import { asc, eq } from 'drizzle-orm';
import type { Tx } from '../../db/client.ts';
import { type SealingPublicKey, sealingPublicKey } from '../../db/commands/seal.ts';
import { agents } from '../../db/schema.ts';

/** The agent that a device will belong to. */
export interface ChosenAgent {
  readonly id: number;
  readonly label: string;
  readonly key: SealingPublicKey;
}

/** Why no agent could be chosen. */
export type NoAgent = 'unknown' | 'none' | 'several';

/** The agent of this label or, without one, the only agent there is. */
export async function chooseAgent(tx: Tx, label: string | undefined): Promise<ChosenAgent | NoAgent> {
  const columns = { id: agents.id, label: agents.label, key: agents.publicKey };
  const query = tx.select(columns).from(agents);
  const [agent, another] = await (label === undefined
    ? query.orderBy(asc(agents.id)).limit(2)
    : query.where(eq(agents.label, label))
  ).for('key share');
  if (!agent) return label === undefined ? 'none' : 'unknown';
  if (another) return 'several';
  return { ...agent, key: sealingPublicKey.parse(agent.key) };
}

/** The agent of this label or, without one, the one that a device belongs to already or, where that is none, the only agent there is. */
export async function agentOf(tx: Tx, label: string | undefined, id: number | null): Promise<ChosenAgent | NoAgent> {
  if (label !== undefined || id === null) return chooseAgent(tx, label);
  const [agent] = await tx
    .select({ id: agents.id, label: agents.label, key: agents.publicKey })
    .from(agents)
    .where(eq(agents.id, id))
    .for('key share');
  return agent ? { ...agent, key: sealingPublicKey.parse(agent.key) } : 'none';
}

/** The key of the agent that a device belongs to already. */
export async function agentKey(tx: Tx, id: number): Promise<SealingPublicKey> {
  const [agent] = await tx.select({ key: agents.publicKey }).from(agents).where(eq(agents.id, id)).for('key share');
  if (!agent) throw new Error(`there is no agent ${id}`);
  return sealingPublicKey.parse(agent.key);
}

/** What to tell a user for whose device no agent could be chosen. */
export function noAgentMessage(why: NoAgent, label: string | undefined): string {
  switch (why) {
    case 'unknown':
      return `there is no agent ${label}: GET /v0/agents lists those there are`;
    case 'none':
      return 'no agent is enrolled yet: enrol one with PUT /v0/agent/<label>';
    case 'several':
      return 'there are several agents: name one in "agent"';
  }
}
