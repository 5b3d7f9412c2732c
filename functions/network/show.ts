import { z } from 'zod';
import { showNetwork as readNetwork } from '../../db/queries/show-network.ts';
import { mayActFor } from '../http/caller.ts';
import { channel, headnodeLabel, hnicLabel, networkLabel, nicLabel, nodeLabel, projectLabel } from '../http/labels.ts';
import { nothing, reading } from '../http/operation.ts';
import { NATIVE_CHANNEL } from '../rules/port-change.ts';

/** Shows a network to whoever may use it. Nodes and headnodes of other projects are shown only to its owner and to administrators. */
export const showNetwork = reading({
  id: 'show_network',
  summary: 'Show a network: its owner, who may use it, and the nodes and headnodes on it',
  method: 'GET',
  path: '/network/{network}',
  access: 'user',
  params: z.strictObject({ network: networkLabel }),
  query: nothing,
  result: z.strictObject({
    name: networkLabel,
    owner: projectLabel.meta({ description: 'Project that owns the network, or admin for the administrators' }),
    access: z.array(projectLabel).nullable().meta({ description: 'Projects that may use the network; null where all may' }),
    public: z.boolean().meta({ description: 'Whether every project may use the network', examples: [false] }),
    channels: z.array(channel).meta({ description: 'Channels on which a NIC can be connected to the network' }),
    'connected-nodes': z.record(nodeLabel, z.array(nicLabel)).meta({
      description: 'NICs on the network, by node, as far as the caller may see the nodes',
    }),
    'connected-headnodes': z.record(headnodeLabel, z.array(hnicLabel)).meta({
      description: 'Interfaces of headnodes on the network, by headnode, as far as the caller may see the headnodes',
    }),
  }),
  refusals: {
    unknown_network: ['NotFoundError', 'no network has this name'],
    not_your_network: ['AuthorizationError', 'the network is open to no project that the caller acts for'],
  },

  async read({ sql, caller, refuse }, { params }) {
    const network = await readNetwork(sql, params.network);
    if (!network) throw refuse('unknown_network', `there is no network ${params.network}`);
    const owns = mayActFor(caller, network.ownerId);
    if (!network.isPublic && !owns && !network.access.some(({ id }) => mayActFor(caller, id))) {
      throw refuse('not_your_network', `network ${params.network} is open to no project that you act for`);
    }
    const isShown = ({ projectId }: { projectId: number | null }) => owns || mayActFor(caller, projectId);
    return {
      name: params.network,
      owner: network.owner ?? 'admin',
      access: network.isPublic ? null : network.access.map(({ label }) => label),
      public: network.isPublic,
      channels: [NATIVE_CHANNEL, `vlan/${network.vlan}`],
      'connected-nodes': Object.fromEntries(network.nodes.filter(isShown).map(({ node, nics }) => [node, nics])),
      'connected-headnodes': Object.fromEntries(
        network.headnodes.filter(isShown).map(({ headnode, hnics }) => [headnode, hnics]),
      ),
    };
  },
});
