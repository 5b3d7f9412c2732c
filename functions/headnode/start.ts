import { z } from 'zod';
import { connectedHnics } from '../../db/queries/headnodes.ts';
import { commanding } from '../http/commanding.ts';
import { headnodeLabel } from '../http/labels.ts';
import { empty, nothing } from '../http/operation.ts';
import { deletionRefusals, headnodeRefusals, lockOwnHeadnode, refuseIfDeleting } from '../rules/headnode-access.ts';
import { headnodeEndingRefusals, nothingIfHeadnodeDone, orderHeadnode } from '../rules/headnode-action.ts';

/**
 * Starts a headnode; one that runs is left as it is. With the first start its virtual machine is made, on the networks that its
 * interfaces are on, and from then on it is frozen.
 */
export const startHeadnode = commanding({
  id: 'headnode_start',
  summary: 'Start a headnode',
  method: 'POST',
  path: '/headnode/{headnode}/start',
  access: 'user',
  params: z.strictObject({ headnode: headnodeLabel }),
  body: nothing,
  result: empty,
  refusals: { ...headnodeRefusals, ...deletionRefusals, ...headnodeEndingRefusals },

  async write(context, { params }) {
    const { tx, services, refuse } = context;
    const headnode = await lockOwnHeadnode(context, params.headnode);
    refuseIfDeleting(refuse, headnode);
    const { id, label, uuid, baseImage: template, memory, vcpus, disk, fullCopy: full_copy, seedSealed: seed } = headnode;
    return orderHeadnode(tx, services, headnode, 'headnode_start', 'headnode.start', {
      headnode: { label, uuid },
      template,
      size: { memory, vcpus, disk },
      full_copy,
      nics: await connectedHnics(tx, id),
      seed,
    });
  },

  answer: nothingIfHeadnodeDone,
});
