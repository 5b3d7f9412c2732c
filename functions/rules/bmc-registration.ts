import { z } from 'zod';
import { type SealingPublicKey, seal } from '../../db/commands/seal.ts';
import { type BmcSettings, bmcSettings, type Obm } from '../../db/devices/obm.ts';
import { plainText } from '../http/labels.ts';
import type { Services } from '../services.ts';
import type { ChosenAgent } from './agent-choice.ts';

/** How a node is reached at obmd. */
export const obmd = z.strictObject({
  uri: plainText
    .regex(/^https?:/i, 'must be an http or https URL')
    .regex(/^[^:]*:(?!\/*[^/?#]*@)/, 'must not contain a user name or password: the token belongs in admin_token')
    .meta({ description: 'Address of the node at obmd', examples: ['https://obmd.example.org/node/node-01'] }),
  admin_token: z.string().meta({
    description: 'Admin token of obmd; it is kept encrypted and never shown',
    examples: ['c0b38d6e1f6f4d4f9a3e'],
    writeOnly: true,
  }),
});
export type Obmd = z.output<typeof obmd>;

const noBmc = {
  obmdUri: null,
  obmdToken: null,
  obmType: null,
  obmHost: null,
  obmPort: null,
  obmSettings: {} satisfies BmcSettings,
  obmSealed: null,
};

/** Refusals of whatever says where a BMC is. */
export const addressRefusals = {
  address_taken: ['BlockedError', 'another node is registered with the BMC at this address'],
} as const;

/** Why a BMC cannot be at this address. */
export function addressTakenMessage({ host, port }: Pick<Obm, 'host' | 'port'>): string {
  return `a node is registered with the BMC at ${host} port ${port} already: each would switch the other's machine`;
}

/** What is stored of the way to a BMC by obmd. The admin token does not reach the database in clear. */
export function obmdColumns({ secrets }: Pick<Services, 'secrets'>, { uri, admin_token }: Obmd) {
  return { ...noBmc, obmdUri: uri, obmdToken: secrets.encrypt(admin_token) };
}

/** What is stored of the way to a BMC by an agent. The credentials do not reach the database in clear. */
export async function obmColumns({ key }: Pick<ChosenAgent, 'key'>, node: string, obm: Obm) {
  const { type, host, port } = obm;
  return {
    ...noBmc,
    obmType: type,
    obmHost: host,
    obmPort: port,
    obmSettings: obmSettings(obm),
    obmSealed: await sealBmc(key, node, obm),
  };
}

/** What of a registration is a setting. */
export function obmSettings(obm: Obm): BmcSettings {
  return bmcSettings.strip().parse(obm);
}

/** Seals the login of a BMC to the agent that will use it, and to the one place where it may. */
function sealBmc(key: SealingPublicKey, node: string, { host, port, user, password }: Obm): Promise<string> {
  return seal(key, { device: `bmc/${node}`, hostname: host, port }, { user, password });
}
