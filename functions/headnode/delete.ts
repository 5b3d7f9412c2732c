import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { consoles, headnodes } from '../../db/schema.ts';
import { commanding } from '../http/commanding.ts';
import { Done } from '../http/done.ts';
import { headnodeLabel } from '../http/labels.ts';
import { empty, nothing } from '../http/operation.ts';
import { headnodeRefusals, lockOwnHeadnode } from '../rules/headnode-access.ts';
import { headnodeEndingRefusals, nothingIfHeadnodeDone, orderHeadnode } from '../rules/headnode-action.ts';

/**
 * Deletes a headnode with its interfaces, its disk and its console's log. One that was started is the agent's to remove from its host
 * first; until that is done it is there, and keeps its networks.
 */
export const deleteHeadnode = commanding({
  id: 'headnode_delete',
  summary: 'Delete a headnode, running or not',
  method: 'DELETE',
  path: '/headnode/{headnode}',
  access: 'user',
  params: z.strictObject({ headnode: headnodeLabel }),
  body: nothing,
  result: empty,
  refusals: { ...headnodeRefusals, ...headnodeEndingRefusals },

  async write(context, { params }) {
    const { tx, services } = context;
    const headnode = await lockOwnHeadnode(context, params.headnode);
    if (headnode.deletion !== null) return headnode.deletion;
    if (headnode.isFrozen || headnode.isPending) {
      const { label, uuid } = headnode;
      return orderHeadnode(tx, services, headnode, 'headnode_delete', 'headnode.delete', { headnode: { label, uuid } });
    }
    // Whoever shows its console is told before it is gone.
    await tx.update(consoles).set({ logging: false }).where(eq(consoles.headnodeId, headnode.id));
    await tx.delete(headnodes).where(eq(headnodes.id, headnode.id));
    return new Done(undefined);
  },

  answer: nothingIfHeadnodeDone,
});
