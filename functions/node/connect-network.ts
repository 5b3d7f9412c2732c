import { z } from 'zod';
import { findNetwork, hasAccess } from '../../db/queries/networks.ts';
import { attachmentsOf, lockNic } from '../../db/queries/nics.ts';
import { findNode } from '../../db/queries/nodes.ts';
import { mayActFor } from '../http/caller.ts';
import { networkLabel, nicLabel, nodeLabel, statusId } from '../http/labels.ts';
import { writing } from '../http/operation.ts';
import { needsNative } from '../rules/native-first.ts';
import { changePort, isBusy, NATIVE_CHANNEL } from '../rules/port-change.ts';

/** Puts a NIC of a node on a network. Answers before the switch has changed: the networking action tells when it has. */
export const connectNetwork = writing({
  id: 'node_connect_network',
  summary: 'Connect a NIC of a node to a network',
  method: 'POST',
  path: '/node/{node}/nic/{nic}/connect_network',
  access: 'user',
  params: z.strictObject({ node: nodeLabel, nic: nicLabel }),
  body: z.strictObject({
    network: networkLabel,
    channel: z
      .string()
      .max(20)
      .default('')
      .meta({
        description:
          'vlan/native (untagged frames), or vlan/<number> (tagged ones) with the number of the network; empty means vlan/native',
        examples: ['vlan/native'],
      }),
  }),
  status: 202,
  result: z.strictObject({ status_id: statusId }),
  refusals: {
    unknown_node: ['NotFoundError', 'no node has this name'],
    unknown_nic: ['NotFoundError', 'the node has no NIC of this name'],
    unknown_network: ['NotFoundError', 'no network has this name'],
    node_in_no_project: ['ProjectMismatchError', 'the node is free: reserve it first'],
    not_your_node: ['AuthorizationError', 'the node is of a project that the caller does not act for'],
    not_cabled: ['NotFoundError', 'the NIC is not connected to a switch port'],
    busy: ['BlockedError', 'an earlier action of the NIC is still pending'],
    no_access: ['ProjectMismatchError', "the network is not open to the node's project"],
    already_connected: ['BlockedError', 'the NIC is on this network already'],
    channel_in_use: ['BlockedError', 'another network is on this channel of the NIC'],
    illegal_channel: ['BadArgumentError', 'the network has no such channel'],
    native_first: ['BlockedError', 'ports of such a switch carry tagged networks only beside a native one, and the NIC has none'],
  },

  async write({ tx, caller, services, refuse }, { params, body }) {
    const node = await findNode(tx, params.node);
    if (!node) throw refuse('unknown_node', `there is no node ${params.node}`);
    const nic = await lockNic(tx, node.id, params.nic);
    if (!nic) throw refuse('unknown_nic', `node ${params.node} has no NIC ${params.nic}`);
    const network = await findNetwork(tx, body.network);
    if (!network) throw refuse('unknown_network', `there is no network ${body.network}`);
    if (node.projectId === null)
      throw refuse('node_in_no_project', `node ${params.node} is in no project: reserve it with connect_node first`);
    if (!mayActFor(caller, node.projectId))
      throw refuse('not_your_node', `node ${params.node} is of a project that you do not act for`);
    if (!nic.port) throw refuse('not_cabled', `NIC ${params.nic} of node ${params.node} is not connected to a switch port`);
    if (await isBusy(tx, nic, nic.port)) {
      throw refuse('busy', `an earlier action of NIC ${params.nic} is still pending: try again when it is DONE or ERROR`);
    }
    if (!network.isPublic && !(await hasAccess(tx, network.id, node.projectId))) {
      throw refuse(
        'no_access',
        `network ${body.network} is not open to the project of node ${params.node}: its owner can grant access`,
      );
    }

    const attached = await attachmentsOf(tx, nic.id);
    const channel = body.channel === '' ? NATIVE_CHANNEL : body.channel;
    if (attached.some(({ networkId }) => networkId === network.id)) {
      throw refuse('already_connected', `NIC ${params.nic} is on network ${body.network} already`);
    }
    const other = attached.find((attachment) => attachment.channel === channel);
    if (other) throw refuse('channel_in_use', `channel ${channel} of NIC ${params.nic} carries network ${other.network}`);
    const channels = [NATIVE_CHANNEL, `vlan/${network.vlan}`];
    if (!channels.includes(channel)) {
      throw refuse('illegal_channel', `channel ${channel} is none of network ${body.network}: use ${channels.join(' or ')}`);
    }
    const hasNative = attached.some((attachment) => attachment.channel === NATIVE_CHANNEL);
    if (channel !== NATIVE_CHANNEL && !hasNative && needsNative(nic.port.switch.type)) {
      throw refuse(
        'native_first',
        `a port of a ${nic.port.switch.type} switch carries tagged networks only beside a native one: connect NIC ${params.nic} to a network on ${NATIVE_CHANNEL} first`,
      );
    }
    const change = { change: 'connect', networkId: network.id, network: network.label, channel, vlan: network.vlan } as const;
    return { status_id: await changePort(tx, services, nic, nic.port, attached, change) };
  },
});
