import { z } from 'zod';
import { commanding } from '../http/commanding.ts';
import { Done } from '../http/done.ts';
import { headnodeLabel } from '../http/labels.ts';
import { empty, nothing } from '../http/operation.ts';
import { deletionRefusals, headnodeRefusals, lockOwnHeadnode, refuseIfDeleting } from '../rules/headnode-access.ts';
import { headnodeEndingRefusals, nothingIfHeadnodeDone, orderHeadnode } from '../rules/headnode-action.ts';

/** Takes the power of a headnode at once, without asking its operating system. One that does not run is left as it is. */
export const stopHeadnode = commanding({
  id: 'headnode_stop',
  summary: 'Stop a headnode at once',
  method: 'POST',
  path: '/headnode/{headnode}/stop',
  access: 'user',
  params: z.strictObject({ headnode: headnodeLabel }),
  body: nothing,
  result: empty,
  refusals: { ...headnodeRefusals, ...deletionRefusals, ...headnodeEndingRefusals },

  async write(context, { params }) {
    const { tx, services, refuse } = context;
    const headnode = await lockOwnHeadnode(context, params.headnode);
    refuseIfDeleting(refuse, headnode);
    if (!headnode.isFrozen) return new Done(undefined);
    const { label, uuid } = headnode;
    return orderHeadnode(tx, services, headnode, 'headnode_stop', 'headnode.stop', { headnode: { label, uuid } });
  },

  answer: nothingIfHeadnodeDone,
});
