import { join, resolve } from 'node:path';
import { sealedInJournals } from '../../agents/journal-folder.ts';
import type { Connection } from '../../db/client.ts';
import { commandsSealedToOtherKeys, sealedToOtherKeys, showEnrolment } from '../../db/commands/resealing.ts';
import { type SealingKey, sealedTo } from '../../db/commands/seal.ts';
import { readPinnedKeys, readSealingKeys, writeSealingKeys } from '../keys.ts';
import { agentOfFolder, askAsAgent } from './agent-keys.ts';
import { type AdminCommand, AdminError } from './command.ts';

/** How many devices an error names. */
const NAMED = 10;

/** Takes from an agent the keys that it does not need any more. */
export const dropAgentKeyCommand: AdminCommand = {
  name: 'drop-agent-key',
  usage: `drop-agent-key --state <folder>
      On the management node: removes the older keys of its agent, after "rotate-agent-key". Refuses while anything is sealed to them: in
      the database (HAAS_AGENT_URL), in a command that has not ended, or in the agent's journals.`,
  options: { state: { type: 'string' } },

  async run(call) {
    const stateDir = resolve(call.demandOption('state'));
    const label = await agentOfFolder(stateDir);
    const [current, ...older] = await readSealingKeys(stateDir);
    if (!current) throw new AdminError(`${stateDir} holds no sealing key`);
    const said = `The agent ${label} has the key ${current.kid}, and no older one.\n`;
    if (older.length === 0) return said;
    const needing = await askAsAgent(call, label, (connection) => needs(connection, current, older));
    const { issuer } = await readPinnedKeys(stateDir);
    for (const { device, sealed } of sealedInJournals(join(stateDir, 'journal'), issuer))
      if (isOneOf(older, sealedTo(sealed))) needing.push(`${device} (in its journal)`);
    if (needing.length > 0) {
      const more = needing.length > NAMED ? `, and ${needing.length - NAMED} more` : '';
      throw new AdminError(
        `an older key is needed for ${needing.slice(0, NAMED).join(', ')}${more}: the agent seals them to the new key within minutes, while it runs; its log says of which it cannot`,
      );
    }
    await writeSealingKeys(stateDir, [current]);
    return said;
  },
};

/** What is sealed to one of the older keys, in words. What is sealed to a key that is lost needs none of these. */
async function needs(connection: Connection, current: SealingKey, older: readonly SealingKey[]): Promise<string[]> {
  const { key } = await showEnrolment(connection);
  if (key !== current.kid)
    throw new AdminError(`the key ${current.kid} is not enrolled yet: "haas-admin rotate-agent-key" prints the request again`);
  const needing: string[] = [];
  for await (const { device, sealed } of sealedToOtherKeys((request) => request(connection)))
    if (isOneOf(older, sealedTo(sealed))) needing.push(device);
  // Afterwards: who ordered something with what was sealed then has done so by now.
  for (const { device, key } of await commandsSealedToOtherKeys(connection))
    if (isOneOf(older, key)) needing.push(`${device} (a command that has not ended)`);
  return needing;
}

function isOneOf(keys: readonly SealingKey[], kid: string | undefined): boolean {
  return keys.some((key) => key.kid === kid);
}
