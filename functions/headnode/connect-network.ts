import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { findHnic } from '../../db/queries/headnodes.ts';
import { findNetwork, hasAccess } from '../../db/queries/networks.ts';
import { hnics } from '../../db/schema.ts';
import { headnodeLabel, hnicLabel, networkLabel } from '../http/labels.ts';
import { empty, writing } from '../http/operation.ts';
import { frozenRefusals, headnodeRefusals, lockOwnHeadnode, refuseIfFrozen } from '../rules/headnode-access.ts';

/** Puts a network interface of a headnode that was never started on a network, untagged; off the one that it was on, if any. */
export const connectHnic = writing({
  id: 'headnode_connect_network',
  summary: 'Connect a network interface of a headnode to a network',
  method: 'POST',
  path: '/headnode/{headnode}/hnic/{hnic}/connect_network',
  access: 'user',
  params: z.strictObject({ headnode: headnodeLabel, hnic: hnicLabel }),
  body: z.strictObject({ network: networkLabel }),
  result: empty,
  refusals: {
    ...headnodeRefusals,
    unknown_hnic: ['NotFoundError', 'the headnode has no interface of this name'],
    unknown_network: ['NotFoundError', 'no network has this name'],
    ...frozenRefusals,
    no_access: ['ProjectMismatchError', "the network is not open to the headnode's project"],
  },

  async write(context, { params, body }) {
    const { tx, refuse } = context;
    const headnode = await lockOwnHeadnode(context, params.headnode);
    const hnic = await findHnic(tx, headnode.id, params.hnic);
    if (!hnic) throw refuse('unknown_hnic', `headnode ${params.headnode} has no hnic ${params.hnic}`);
    const network = await findNetwork(tx, body.network);
    if (!network) throw refuse('unknown_network', `there is no network ${body.network}`);
    refuseIfFrozen(refuse, headnode);
    if (!network.isPublic && !(await hasAccess(tx, network.id, headnode.projectId))) {
      throw refuse(
        'no_access',
        `network ${body.network} is not open to the project of headnode ${params.headnode}: its owner can grant access`,
      );
    }
    await tx.update(hnics).set({ networkId: network.id }).where(eq(hnics.id, hnic.id));
    return undefined;
  },
});
