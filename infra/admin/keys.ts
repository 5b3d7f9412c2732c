import { ensureApiKeys, trustedKeys } from '../keys.ts';
import type { AdminCommand } from './command.ts';

/** Makes the key file of the API hosts. */
export const keysCommand: AdminCommand = {
  name: 'keys',
  usage: `keys <file>
      Makes the key file of the API hosts (HAAS_KEY_FILE), unless it exists, and prints what agents are to trust.
      All API hosts share the file; Postgres and agents never see it. What is printed is public.`,
  arguments: ['<file>'],

  async run(call) {
    return `${JSON.stringify(trustedKeys(await ensureApiKeys(call.argument('<file>'))), null, 2)}\n`;
  },
};
