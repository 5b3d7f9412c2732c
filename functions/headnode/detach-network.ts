import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { findHnic } from '../../db/queries/headnodes.ts';
import { hnics } from '../../db/schema.ts';
import { headnodeLabel, hnicLabel } from '../http/labels.ts';
import { empty, nothing, writing } from '../http/operation.ts';
import { frozenRefusals, headnodeRefusals, lockOwnHeadnode, refuseIfFrozen } from '../rules/headnode-access.ts';

/** Takes a network interface of a headnode that was never started off its network, if it is on one. */
export const detachHnic = writing({
  id: 'headnode_detach_network',
  summary: 'Detach a network interface of a headnode from its network',
  method: 'POST',
  path: '/headnode/{headnode}/hnic/{hnic}/detach_network',
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
    await tx.update(hnics).set({ networkId: null }).where(eq(hnics.id, hnic.id));
    return undefined;
  },
});
