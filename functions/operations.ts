import { deleteAgent } from './agent/delete.ts';
import { enrolAgent } from './agent/enrol.ts';
import { listAgents } from './agent/list.ts';
import { showAgent } from './agent/show.ts';
import { listAudit } from './audit/list.ts';
import { verifyAudit } from './audit/verify.ts';
import { consoleBreak } from './console/break.ts';
import { consoleInput } from './console/input.ts';
import { listConsoleLogs } from './console/list-logs.ts';
import { showConsole } from './console/show.ts';
import { showConsoleState } from './console/show-state.ts';
import { startConsole } from './console/start.ts';
import { stopConsole } from './console/stop.ts';
import { showEvents } from './event/stream.ts';
import { listActiveExtensions } from './extension/list-active.ts';
import { connectHnic } from './headnode/connect-network.ts';
import { createHeadnode } from './headnode/create.ts';
import { createHnic } from './headnode/create-hnic.ts';
import { deleteHeadnode } from './headnode/delete.ts';
import { deleteHnic } from './headnode/delete-hnic.ts';
import { detachHnic } from './headnode/detach-network.ts';
import { listHeadnodeImages } from './headnode/list-images.ts';
import { showHeadnode } from './headnode/show.ts';
import { startHeadnode } from './headnode/start.ts';
import { stopHeadnode } from './headnode/stop.ts';
import { headnodeConsoleBreak } from './headnode-console/break.ts';
import { headnodeConsoleInput } from './headnode-console/input.ts';
import { listHeadnodeConsoleLogs } from './headnode-console/list-logs.ts';
import { showHeadnodeConsole } from './headnode-console/show.ts';
import { showHeadnodeConsoleState } from './headnode-console/show-state.ts';
import { startHeadnodeConsole } from './headnode-console/start.ts';
import { stopHeadnodeConsole } from './headnode-console/stop.ts';
import type { Operation } from './http/operation.ts';
import { createNetwork } from './network/create.ts';
import { deleteNetwork } from './network/delete.ts';
import { grantAccess } from './network/grant-access.ts';
import { listNetworks } from './network/list.ts';
import { listNetworkAttachments } from './network/list-attachments.ts';
import { revokeAccess } from './network/revoke-access.ts';
import { showNetwork } from './network/show.ts';
import { showNetworkingAction } from './networking-action/show.ts';
import { deleteNic } from './nic/delete.ts';
import { registerNic } from './nic/register.ts';
import { checkObm } from './node/check-obm.ts';
import { connectNetwork } from './node/connect-network.ts';
import { deleteNode } from './node/delete.ts';
import { detachNetwork } from './node/detach-network.ts';
import { listNodes } from './node/list.ts';
import { powerCycle } from './node/power-cycle.ts';
import { powerOff } from './node/power-off.ts';
import { powerOn } from './node/power-on.ts';
import { registerNode } from './node/register.ts';
import { setBootDevice } from './node/set-boot-device.ts';
import { setObm } from './node/set-obm.ts';
import { showNode } from './node/show.ts';
import { showNodeAsOf } from './node/show-as-of.ts';
import { showPowerStatus } from './node/show-power-status.ts';
import { updateNode } from './node/update.ts';
import { deleteMetadata } from './node-metadata/delete.ts';
import { setMetadata } from './node-metadata/set.ts';
import { connectNic } from './port/connect-nic.ts';
import { deletePort } from './port/delete.ts';
import { detachNic } from './port/detach-nic.ts';
import { registerPort } from './port/register.ts';
import { revertPort } from './port/revert.ts';
import { showPort } from './port/show.ts';
import { showPortState } from './port/show-state.ts';
import { connectNode } from './project/connect-node.ts';
import { createProject } from './project/create.ts';
import { deleteProject } from './project/delete.ts';
import { detachNode } from './project/detach-node.ts';
import { listProjects } from './project/list.ts';
import { listProjectAudit } from './project/list-audit.ts';
import { listProjectHeadnodes } from './project/list-headnodes.ts';
import { listProjectNetworks } from './project/list-networks.ts';
import { listProjectNodes } from './project/list-nodes.ts';
import { powerNodes } from './project/power-nodes.ts';
import { setQuota } from './project/set-quota.ts';
import { showQuota } from './project/show-quota.ts';
import { exportSite } from './site/export.ts';
import { checkSwitch } from './switch/check.ts';
import { deleteSwitch } from './switch/delete.ts';
import { listSwitches } from './switch/list.ts';
import { registerSwitch } from './switch/register.ts';
import { showSwitch } from './switch/show.ts';
import { updateSwitch } from './switch/update.ts';
import { createToken } from './token/create.ts';
import { deleteToken } from './token/delete.ts';
import { listTokens } from './token/list.ts';
import { addProject } from './user/add-project.ts';
import { createUser } from './user/create.ts';
import { deleteUser } from './user/delete.ts';
import { listUsers } from './user/list.ts';
import { removeProject } from './user/remove-project.ts';
import { setAdmin } from './user/set-admin.ts';

/** Every operation there is. The router, the API reference and the coverage tests are derived from this list. */
export const operations: readonly Operation[] = [
  listUsers,
  createUser,
  deleteUser,
  setAdmin,
  addProject,
  removeProject,
  createToken,
  listTokens,
  deleteToken,
  listProjects,
  createProject,
  deleteProject,
  listProjectNodes,
  listProjectNetworks,
  listProjectHeadnodes,
  listProjectAudit,
  showQuota,
  setQuota,
  connectNode,
  detachNode,
  powerNodes,
  listNodes,
  registerNode,
  showNode,
  showNodeAsOf,
  updateNode,
  deleteNode,
  powerOn,
  powerOff,
  powerCycle,
  showPowerStatus,
  setBootDevice,
  setObm,
  checkObm,
  showConsole,
  startConsole,
  stopConsole,
  showConsoleState,
  listConsoleLogs,
  consoleInput,
  consoleBreak,
  connectNetwork,
  detachNetwork,
  registerNic,
  deleteNic,
  setMetadata,
  deleteMetadata,
  listHeadnodeImages,
  createHeadnode,
  showHeadnode,
  deleteHeadnode,
  startHeadnode,
  stopHeadnode,
  showHeadnodeConsole,
  startHeadnodeConsole,
  stopHeadnodeConsole,
  showHeadnodeConsoleState,
  listHeadnodeConsoleLogs,
  headnodeConsoleInput,
  headnodeConsoleBreak,
  createHnic,
  deleteHnic,
  connectHnic,
  detachHnic,
  listSwitches,
  registerSwitch,
  showSwitch,
  updateSwitch,
  deleteSwitch,
  checkSwitch,
  registerPort,
  showPort,
  showPortState,
  deletePort,
  connectNic,
  detachNic,
  revertPort,
  listNetworks,
  createNetwork,
  showNetwork,
  deleteNetwork,
  listNetworkAttachments,
  grantAccess,
  revokeAccess,
  showNetworkingAction,
  listAgents,
  enrolAgent,
  showAgent,
  deleteAgent,
  listAudit,
  verifyAudit,
  showEvents,
  listActiveExtensions,
  exportSite,
];
