import { resolve } from 'node:path';
import { generateSealingKey } from '../../db/commands/seal.ts';
import { readSealingKeys, writeSealingKeys } from '../keys.ts';
import { agentOfFolder, enrolment } from './agent-keys.ts';
import { type AdminCommand, AdminError } from './command.ts';

/** Gives an agent another key to which credentials are sealed. */
export const rotateAgentKeyCommand: AdminCommand = {
  name: 'rotate-agent-key',
  usage: `rotate-agent-key --state <folder>
      On the management node: gives its agent another key, beside the one that it has, and prints the request that enrols it. Until
      "drop-agent-key" it prints the same request again. The agent, which may be running, seals to the new key what it has.`,
  options: { state: { type: 'string' } },

  async run(call) {
    const stateDir = resolve(call.demandOption('state'));
    const label = await agentOfFolder(stateDir);
    const keys = await readSealingKeys(stateDir);
    const [current, ...older] = keys;
    if (!current) throw new AdminError(`${stateDir} holds no sealing key`);
    if (older.length > 0) return enrolment(label, current);
    const next = await generateSealingKey();
    await writeSealingKeys(stateDir, [next, ...keys]);
    return enrolment(label, next);
  },
};
