import { resolve } from 'node:path';
import { commandSigners } from '../../db/commands/resealing.ts';
import { readPinnedKeys, writePinnedKeys } from '../keys.ts';
import { agentOfFolder, askAsAgent } from './agent-keys.ts';
import { type AdminCall, type AdminCommand, AdminError } from './command.ts';

/** Has an agent take no orders of a key any more. */
export const forgetSigningKeyCommand: AdminCommand = {
  name: 'forget-signing-key',
  usage: `forget-signing-key <key> --state <folder> [--at-once]
      On the management node: has its agent take no more orders that are signed with this key of the API hosts.
      Refuses while there are commands for it that the key signed and that have not ended or are valid still; asks the database at
      HAAS_AGENT_URL. With --at-once, for a key that was stolen, it asks nobody, and such commands are refused.`,
  arguments: ['<key>'],
  options: { state: { type: 'string' }, 'at-once': { type: 'boolean' } },

  async run(call) {
    const kid = call.argument('<key>');
    const stateDir = resolve(call.demandOption('state'));
    const { keys, ...pinned } = await readPinnedKeys(stateDir);
    const others = keys.filter((key) => key.kid !== kid);
    const said = `The agent takes orders signed with the key ${others.map((key) => key.kid).join(' or ')}.\n`;
    if (others.length === keys.length) return said;
    if (others.length === 0)
      throw new AdminError(`${kid} is the only key that the agent trusts: have it trust another first ("haas-admin agent")`);
    if (!call.flag('at-once')) await demandNoOrders(call, stateDir, kid);
    await writePinnedKeys(stateDir, { ...pinned, keys: others });
    return said;
  },
};

async function demandNoOrders(call: AdminCall, stateDir: string, kid: string): Promise<void> {
  const signers = await askAsAgent(call, await agentOfFolder(stateDir), commandSigners);
  const signer = signers.find(({ key }) => key === kid);
  if (!signer) return;
  throw new AdminError(
    `the key ${kid} signed commands for this agent of which ${signer.unfinished} have not ended, and the last is valid until ${signer.validUntil.toISOString()}: when every API host signs with the new key, wait until then, and try again half a minute later`,
  );
}
