import { generateSigningKey, verificationKey } from '../../db/commands/envelope.ts';
import { readApiKeys, trustedKeys, writePrivateFile } from '../keys.ts';
import { type AdminCommand, AdminError } from './command.ts';

/** Gives a deployment another key to sign with, in two steps. */
export const rotateSigningKeyCommand: AdminCommand = {
  name: 'rotate-signing-key',
  usage: `rotate-signing-key <file> [--activate <key>]
      Makes the key that the API hosts will sign with next, in their key file, and prints what agents are to trust from now on.
      With --activate and the name of that key, once every agent trusts it: API hosts sign with it from their next start on.
      docs/key-rotation.md leads through it.`,
  arguments: ['<file>'],
  options: { activate: { type: 'string' } },

  async run(call) {
    const path = call.argument('<file>');
    const activated = call.option('activate');
    if (activated !== undefined) return activate(path, activated);
    const keys = await readApiKeys(path);
    const prepared = { ...keys, next: keys.next ?? (await generateSigningKey()) };
    if (!keys.next) await writePrivateFile(path, prepared);
    return `${JSON.stringify(trustedKeys(prepared), null, 2)}\n`;
  },
};

async function activate(path: string, kid: string): Promise<string> {
  const { next, ...keys } = await readApiKeys(path);
  if (keys.signing.kid === kid) return `API hosts that were started since sign with the key ${kid}.\n`;
  if (!next) throw new AdminError(`${path} holds no next key: make one with "haas-admin rotate-signing-key ${path}"`);
  if (next.kid !== kid)
    throw new AdminError(
      `the next key of ${path} is ${next.kid}, and not ${kid}: see with "haas-admin agent" on every management node that its agent trusts the next key, and name that`,
    );
  const retired = [verificationKey.parse(keys.signing), ...(keys.retired ?? [])];
  await writePrivateFile(path, { ...keys, signing: next, retired });
  return `API hosts sign with the key ${kid} from their next start on: restart them one after the other.
Agents are to trust the key ${keys.signing.kid} until no command signed with it is valid any more.
`;
}
