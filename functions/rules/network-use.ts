import type { Tx } from '../../db/client.ts';
import { aHeadnodeOn, type HeadnodeUser } from '../../db/queries/headnodes.ts';
import { anAttachedUserOf, type Network, type NetworkUser, pendingUsersOf, suspectPortsOn } from '../../db/queries/networks.ts';
import { expireCommands } from './issue.ts';

/** What still uses a network, or may: the first of each kind. */
export interface NetworkUse {
  /** A NIC that an unfinished action puts on the network, or takes off it. */
  readonly pending: NetworkUser | undefined;
  /** A NIC that is on the network. */
  readonly attached: NetworkUser | undefined;
  /** An interface of a headnode that is on the network. */
  readonly headnode: HeadnodeUser | undefined;
  /** A port that may be on the network because its state could not be proven, as `switch port`. */
  readonly suspect: string | undefined;
}

/**
 * Looks who uses a locked network, of all nodes and headnodes or of one project's. Actions that nobody will finish any more are ended first.
 * Nobody can begin to use it while it is locked; so pending actions are looked at before what they leave behind.
 */
export async function networkUse(tx: Tx, network: Network, projectId?: number): Promise<NetworkUse> {
  const unfinished = await pendingUsersOf(tx, network.id, projectId);
  const devices = [...new Set(unfinished.map(({ deviceId }) => deviceId))].sort((a, b) => a - b);
  for (const device of devices) await expireCommands(tx, device);
  const [pending] = unfinished.length > 0 ? await pendingUsersOf(tx, network.id, projectId) : [];
  const attached = await anAttachedUserOf(tx, network.id, projectId);
  const headnode = await aHeadnodeOn(tx, network.id, projectId);
  const [suspect] = await suspectPortsOn(tx, network.vlan, projectId);
  return { pending, attached, headnode, suspect };
}
