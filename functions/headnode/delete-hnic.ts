import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { findHnic } from '../../db/queries/headnodes.ts';
import { hnics } from '../../db/schema.ts';
import { headnodeLabel, hnicLabel } from '../http/labels.ts';
import { empty, nothing, writing } from '../http/operation.ts';
import { frozenRefusals, headnodeRefusals, lockOwnHeadnode, refuseIfFrozen } from '../rules/headnode-access.ts';

/** Takes a network interface from a headnode that was never started. */
export const deleteHnic = writing({
  id: 'headnode_delete_hnic',
  summary: 'Delete a network interface of a headnode',
  method: 'DELETE',
  path: '/headnode/{headnode}/hnic/{hnic}',
  access: 'user',
  params: z.strictObject({ headnode: headnodeLabel, hnic: hnicLabel }),
  body: nothing,
  result: empty,
  refusals: {
    ...headnodeRefusals,
    unknown_hnic: ['NotFoundError', 'the headnode has no interface of this name'],
    ...frozenRefusals,
  },

  async write(context, { params }) {
    const { tx, refuse } = context;
    const headnode = await lockOwnHeadnode(context, params.headnode);
    const hnic = await findHnic(tx, headnode.id, params.hnic);
    if (!hnic) throw refuse('unknown_hnic', `headnode ${params.headnode} has no hnic ${params.hnic}`);
    refuseIfFrozen(refuse, headnode);
    await tx.delete(hnics).where(eq(hnics.id, hnic.id));
    return undefined;
  },
});
