import { z } from 'zod';
import { MOST_NICS } from '../../db/commands/kinds.ts';
import { countHnics, findHnic } from '../../db/queries/headnodes.ts';
import { headnodeLabel, hnicLabel } from '../http/labels.ts';
import { empty, nothing, writing } from '../http/operation.ts';
import { frozenRefusals, headnodeRefusals, lockOwnHeadnode, refuseIfFrozen } from '../rules/headnode-access.ts';
import { addHnic } from '../rules/hnic-address.ts';

/** Adds a network interface to a headnode that was never started, with an address of its own and on no network. */
export const createHnic = writing({
  id: 'headnode_create_hnic',
  summary: 'Add a network interface to a headnode',
  method: 'PUT',
  path: '/headnode/{headnode}/hnic/{hnic}',
  access: 'user',
  params: z.strictObject({ headnode: headnodeLabel, hnic: hnicLabel }),
  body: nothing,
  result: empty,
  refusals: {
    ...headnodeRefusals,
    duplicate_hnic: ['DuplicateError', 'the headnode has an interface of this name already'],
    ...frozenRefusals,
    too_many_hnics: ['BlockedError', 'the headnode has as many interfaces as one can have'],
  },

  async write(context, { params }) {
    const { tx, refuse } = context;
    const headnode = await lockOwnHeadnode(context, params.headnode);
    if (await findHnic(tx, headnode.id, params.hnic)) {
      throw refuse('duplicate_hnic', `headnode ${params.headnode} has an hnic ${params.hnic} already`);
    }
    refuseIfFrozen(refuse, headnode);
    if ((await countHnics(tx, headnode.id)) >= MOST_NICS) {
      throw refuse('too_many_hnics', `headnode ${params.headnode} has ${MOST_NICS} hnics, and cannot have more: delete one`);
    }
    await addHnic(tx, headnode.id, params.hnic);
    return undefined;
  },
});
