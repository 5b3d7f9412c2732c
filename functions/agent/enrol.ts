import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { type SealingPublicKey, seal, sealingPublicKey } from '../../db/commands/seal.ts';
import { lockAgent } from '../../db/queries/agents.ts';
import { agentLogin } from '../../db/roles.ts';
import { agents } from '../../db/schema.ts';
import { agentLabel } from '../http/labels.ts';
import { empty, writing } from '../http/operation.ts';

/**
 * Enrols an agent by its public key, or gives an enrolled one a new key: whatever is sealed from now on is sealed to that.
 * What was sealed to the old key stays so until the agent has sealed it again: docs/key-rotation.md.
 */
export const enrolAgent = writing({
  id: 'agent_enrol',
  summary: 'Enrol an agent, or replace its public key',
  method: 'PUT',
  path: '/agent/{agent}',
  access: 'admin',
  params: z.strictObject({ agent: agentLabel }),
  body: z.strictObject({
    public_key: sealingPublicKey.meta({ description: 'Public key of the agent, to which the logins of its devices are sealed' }),
  }),
  result: empty,
  refusals: {
    unusable_key: ['BadArgumentError', 'nothing can be sealed to this key'],
  },

  async write({ tx, refuse }, { params, body }) {
    const { kty, crv, x } = body.public_key;
    const publicKey = { kty, crv, x };
    if (!(await isUsable(publicKey))) {
      throw refuse('unusable_key', 'nothing can be sealed to this key: send the public key that the agent shows');
    }
    const [enrolled] = await tx
      .insert(agents)
      .values({ label: params.agent, login: agentLogin(params.agent), publicKey })
      .onConflictDoNothing()
      .returning({ id: agents.id });
    if (!enrolled) {
      // Whoever is about to seal something to the old key is waited for: once this has been committed, nobody does any more.
      await lockAgent(tx, params.agent);
      await tx.update(agents).set({ publicKey }).where(eq(agents.label, params.agent));
    }
    return undefined;
  },
});

/** Some points of the curve give everybody the same secret. Better to learn of them now than when a password is to be sealed. */
async function isUsable(key: SealingPublicKey): Promise<boolean> {
  try {
    await seal(key, { device: 'trial', hostname: 'trial', port: 1 }, null);
    return true;
  } catch {
    return false;
  }
}
