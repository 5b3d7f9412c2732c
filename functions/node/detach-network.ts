import { z } from 'zod';
import { findNetwork } from '../../db/queries/networks.ts';
import { attachmentsOf, lockNic } from '../../db/queries/nics.ts';
import { findNode } from '../../db/queries/nodes.ts';
import { mayActFor } from '../http/caller.ts';
import { networkLabel, nicLabel, nodeLabel, statusId } from '../http/labels.ts';
import { writing } from '../http/operation.ts';
import { needsNative } from '../rules/native-first.ts';
import { changePort, isBusy, NATIVE_CHANNEL } from '../rules/port-change.ts';

/** Takes a NIC of a node off a network. Answers before the switch has changed: the networking action tells when it has. */
export const detachNetwork = writing({
  id: 'node_detach_network',
  summary: 'Detach a NIC of a node from a network',
  method: 'POST',
  path: '/node/{node}/nic/{nic}/detach_network',
  access: 'user',
  params: z.strictObject({ node: nodeLabel, nic: nicLabel }),
  body: z.strictObject({ network: networkLabel }),
  status: 202,
  result: z.strictObject({ status_id: statusId }),
  refusals: {
    unknown_node: ['NotFoundError', 'no node has this name'],
    unknown_nic: ['NotFoundError', 'the node has no NIC of this name'],
    unknown_network: ['NotFoundError', 'no network has this name'],
    node_in_no_project: ['ProjectMismatchError', 'the node is free: reserve it first'],
    not_your_node: ['AuthorizationError', 'the node is of a project that the caller does not act for'],
    busy: ['BlockedError', 'an earlier action of the NIC is still pending'],
    not_connected: ['BadArgumentError', 'the NIC is not on this network'],
    native_last: [
      'BlockedError',
      'ports of such a switch carry tagged networks only beside a native one, and this is the native one',
    ],
  },

  async write({ tx, caller, services, refuse }, { params, body }) {
    const node = await findNode(tx, params.node);
    if (!node) throw refuse('unknown_node', `there is no node ${params.node}`);
    const nic = await lockNic(tx, node.id, params.nic);
    if (!nic) throw refuse('unknown_nic', `node ${params.node} has no NIC ${params.nic}`);
    const network = await findNetwork(tx, body.network);
    if (!network) throw refuse('unknown_network', `there is no network ${body.network}`);
    if (node.projectId === null)
      throw refuse('node_in_no_project', `node ${params.node} is in no project: there is nothing to detach`);
    if (!mayActFor(caller, node.projectId))
      throw refuse('not_your_node', `node ${params.node} is of a project that you do not act for`);
    if (nic.port && (await isBusy(tx, nic, nic.port))) {
      throw refuse('busy', `an earlier action of NIC ${params.nic} is still pending: try again when it is DONE or ERROR`);
    }
    const attached = await attachmentsOf(tx, nic.id);
    const attachment = attached.find(({ networkId }) => networkId === network.id);
    // What is on a network is cabled: a cable is taken out only where the node is free, and free nodes are on none.
    if (!nic.port || !attachment) {
      throw refuse('not_connected', `NIC ${params.nic} of node ${params.node} is not on network ${body.network}`);
    }
    const tagged = attached.find(({ channel }) => channel !== NATIVE_CHANNEL);
    if (attachment.channel === NATIVE_CHANNEL && tagged && needsNative(nic.port.switch.type)) {
      throw refuse(
        'native_last',
        `a port of a ${nic.port.switch.type} switch carries tagged networks only beside a native one: detach ${tagged.network} first`,
      );
    }
    return { status_id: await changePort(tx, services, nic, nic.port, attached, { change: 'detach', attachment }) };
  },
});
