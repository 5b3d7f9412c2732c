import { type Connection, connect } from '../../db/client.ts';
import { showEnrolment } from '../../db/commands/resealing.ts';
import { type SealingKey, thumbprint } from '../../db/commands/seal.ts';
import { readPinnedKeys } from '../keys.ts';
import { type AdminCall, AdminError } from './command.ts';

/** The request that enrols an agent with a key of its own, as a line for a shell. */
export async function enrolment(label: string, { kty, crv, x }: SealingKey): Promise<string> {
  return `# Enrols the agent ${label} with the key ${await thumbprint({ kty, crv, x })}
curl -nsS -X PUT $HAAS/agent/${label} -d '${JSON.stringify({ public_key: { kty, crv, x } })}'
`;
}

/** The agent whose state folder it is. Throws AdminError where that is not written there. */
export async function agentOfFolder(stateDir: string): Promise<string> {
  const { agent } = await readPinnedKeys(stateDir);
  if (agent === undefined)
    throw new AdminError(`${stateDir} does not say which agent's it is: "haas-admin agent <label> --trust ..." writes it there`);
  return agent;
}

/** Asks the database something as the agent of HAAS_AGENT_URL, which has to be this one: another's answers say nothing about its keys. */
export async function askAsAgent<T>(call: AdminCall, label: string, ask: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = connect(call.demandVariable('HAAS_AGENT_URL'), 'haas admin', 1);
  try {
    const { agent } = await showEnrolment(connection);
    if (agent !== label)
      throw new AdminError(`HAAS_AGENT_URL is the login of the agent ${agent}, and the folder is that of ${label}`);
    return await ask(connection);
  } finally {
    await connection.end({ timeout: 1 });
  }
}
