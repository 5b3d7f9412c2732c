import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { lockBmc, type NodeBmc, type ObmdWay } from '../../db/queries/bmcs.ts';
import { nodes } from '../../db/schema.ts';
import { nodeLabel } from '../http/labels.ts';
import { empty, writing } from '../http/operation.ts';
import { stopConsole } from '../rules/console-hold.ts';
import { bmcRefusals, ownBmc } from '../rules/obm-access.ts';
import { ObmdError, requestToken, revokeToken } from '../rules/obmd.ts';

/** How often a token is asked for again because another request did the same meanwhile. */
const TRIES = 3;

/**
 * Lets users reach the BMC of a node, or no longer. Where an agent drives it, its console is closed then. Where obmd does, obmd is asked
 * for a token or to revoke it, each time, outside of any transaction: what it did counts only if the node is still what it was.
 */
export const setObm = writing({
  id: 'node_enable_disable_obm',
  summary: 'Enable or disable the out-of-band management of a node',
  method: 'PUT',
  path: '/node/{node}/obm',
  access: 'user',
  params: z.strictObject({ node: nodeLabel }),
  body: z.strictObject({
    enabled: z.boolean().meta({ description: 'Whether users can reach the BMC of the node', examples: [true] }),
  }),
  result: empty,
  refusals: {
    ...bmcRefusals,
    obmd_failed: ['OBMError', 'obmd could not be reached, or did not do it; nothing was changed'],
    changed_meanwhile: ['BlockedError', 'the node was given away, or the way to its BMC was changed, at the same moment'],
  },

  async writeInSteps({ services, caller, refuse, record }, { params, body: { enabled } }) {
    const { database, secrets, log } = services;
    let node = await database.transaction(async (tx) => {
      const found = ownBmc({ caller, refuse }, await lockBmc(tx, params.node), params.node);
      if (found.way.by === 'agent') {
        await record(tx);
        await tx.update(nodes).set({ obmEnabled: enabled }).where(eq(nodes.id, found.id));
        if (!enabled) await stopConsole(tx, services, found);
      }
      return found;
    });

    for (let tries = 1; node.way.by === 'obmd'; tries++) {
      const login = { uri: node.way.uri, adminToken: secrets.decrypt(node.way.adminToken) };
      const token = await (enabled ? requestToken(login) : revokeToken(login)).catch((error: unknown) => {
        if (!(error instanceof ObmdError)) throw error;
        throw refuse('obmd_failed', `${error.message}; node ${params.node} is as it was`);
      });
      const giveBack = async () => {
        if (!enabled) return;
        await revokeToken(login).catch((error: unknown) =>
          log.warn({ node: params.node, err: error }, 'a token of obmd could not be given back'),
        );
      };
      const before: NodeBmc = node;
      const write = database.transaction(async (tx) => {
        const found = await lockBmc(tx, params.node);
        if (!found || !sameNode(before, found) || session(found) !== session(before)) return found;
        await record(tx);
        const obmdSession = typeof token === 'string' ? secrets.encrypt(token) : null;
        await tx.update(nodes).set({ obmEnabled: enabled, obmdSession }).where(eq(nodes.id, found.id));
        return 'written' as const;
      });
      const now = await write.catch(async (error: unknown) => {
        await giveBack();
        throw error;
      });
      if (now === 'written') break;
      // Another request was quicker. Whichever token obmd made last is the only one that is worth anything: it must be the one that is
      // stored, so obmd is asked again.
      const isSame = now !== undefined && sameNode(before, now);
      if (isSame && tries < TRIES) {
        node = now;
        continue;
      }
      if (!isSame) await giveBack();
      throw refuse('changed_meanwhile', `node ${params.node} was changed at the same moment: look at it, and try again`);
    }
    return undefined;
  },
});

/** Whether a node is still with the same project and the same obmd. */
function sameNode(before: NodeBmc, now: NodeBmc): boolean {
  return (
    before.id === now.id &&
    before.projectId === now.projectId &&
    before.way.by === 'obmd' &&
    now.way.by === 'obmd' &&
    before.way.uri === now.way.uri &&
    before.way.adminToken === now.way.adminToken
  );
}

function session({ way }: NodeBmc): ObmdWay['session'] {
  return way.by === 'obmd' ? way.session : null;
}
