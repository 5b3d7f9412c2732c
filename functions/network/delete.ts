import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { lockNetwork } from '../../db/queries/networks.ts';
import { networks } from '../../db/schema.ts';
import { mayActFor } from '../http/caller.ts';
import { networkLabel } from '../http/labels.ts';
import { empty, nothing, writing } from '../http/operation.ts';
import { networkUse } from '../rules/network-use.ts';

/** Deletes a network that nothing is on, nor may be on. Its VLAN can be another network's from then on. */
export const deleteNetwork = writing({
  id: 'network_delete',
  summary: 'Delete a network that nothing is on',
  method: 'DELETE',
  path: '/network/{network}',
  access: 'user',
  params: z.strictObject({ network: networkLabel }),
  body: nothing,
  result: empty,
  refusals: {
    unknown_network: ['NotFoundError', 'no network has this name'],
    not_your_network: [
      'AuthorizationError',
      'the network is owned by a project that the caller does not act for, or by no project',
    ],
    busy: ['BlockedError', 'a pending action names the network'],
    attached: ['BlockedError', 'a node is on the network'],
    headnode_attached: ['BlockedError', 'a headnode is on the network'],
    suspect_port: ['BlockedError', 'a port whose state could not be proven may be on the network'],
  },

  async write({ tx, caller, refuse }, { params }) {
    const network = await lockNetwork(tx, params.network);
    if (!network) throw refuse('unknown_network', `there is no network ${params.network}`);
    if (!mayActFor(caller, network.ownerId)) {
      throw refuse(
        'not_your_network',
        `network ${params.network} is not yours: its owner's members and administrators may delete it`,
      );
    }
    const { pending, attached, headnode, suspect } = await networkUse(tx, network);
    if (pending) {
      throw refuse(
        'busy',
        `an action of NIC ${pending.nic} of node ${pending.node} on network ${params.network} is still pending: try again when it is DONE or ERROR`,
      );
    }
    if (attached) {
      throw refuse('attached', `NIC ${attached.nic} of node ${attached.node} is on network ${params.network}: detach it first`);
    }
    if (headnode) {
      throw refuse(
        'headnode_attached',
        `hnic ${headnode.hnic} of headnode ${headnode.headnode} is on network ${params.network}: detach it or, where the headnode was started, delete that first`,
      );
    }
    if (suspect !== undefined) {
      throw refuse(
        'suspect_port',
        `${suspect} may be on network ${params.network}: an action on the port, or an administrator's revert of it, must be DONE first`,
      );
    }
    await tx.delete(networks).where(eq(networks.id, network.id));
    return undefined;
  },
});
