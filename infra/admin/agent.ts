import { resolve } from 'node:path';
import { ensurePrivateFolder, ensureSealingKeys, pinTrustedKeys, readKeyFile, readPinnedKeys, trustedKeysFile } from '../keys.ts';
import { enrolment } from './agent-keys.ts';
import { demandAgentLabel } from './agent-label.ts';
import { type AdminCommand, AdminError } from './command.ts';

/** Prepares the host of an agent. */
export const agentCommand: AdminCommand = {
  name: 'agent',
  usage: `agent <label> --trust <file> --state <folder>
      On the management node, as the user that the agent will run as: makes the folder of its keys, and prints the request that enrols it.
      The file holds what "keys" printed. Run again, it keeps the agent's keys, and has it trust the file's besides those it trusts already.`,
  arguments: ['<label>'],
  options: { trust: { type: 'string' }, state: { type: 'string' } },

  async run(call) {
    const label = demandAgentLabel(call.argument('<label>'));
    const trustFile = call.demandOption('trust');
    const stateDir = resolve(call.demandOption('state'));
    const trust = await readKeyFile(trustFile, trustedKeysFile);
    await ensurePrivateFolder(stateDir);
    const [key] = await ensureSealingKeys(stateDir);
    if (!key) throw new AdminError(`${stateDir} holds no sealing key`);
    await pinTrustedKeys(stateDir, trust, label);
    const { keys } = await readPinnedKeys(stateDir);
    return `${await enrolment(label, key)}# It takes orders signed with the key ${keys.map(({ kid }) => kid).join(' or ')}
`;
  },
};
