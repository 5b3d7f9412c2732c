import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { lockCableEnd } from '../../db/queries/cables.ts';
import { isSuspect } from '../../db/queries/nics.ts';
import { findPort } from '../../db/queries/ports.ts';
import { findSwitch } from '../../db/queries/switches.ts';
import { nics } from '../../db/schema.ts';
import { portLabel, switchLabel } from '../http/labels.ts';
import { empty, nothing, writing } from '../http/operation.ts';
import { isBusy } from '../rules/port-change.ts';

/** Records that a NIC of a free node is cabled to a port no more. */
export const detachNic = writing({
  id: 'port_detach_nic',
  summary: 'Record that nothing is cabled to a switch port any more',
  method: 'POST',
  path: '/switch/{switch}/port/{port+}/detach_nic',
  access: 'admin',
  params: z.strictObject({ switch: switchLabel, port: portLabel }),
  body: nothing,
  result: empty,
  refusals: {
    unknown_switch: ['NotFoundError', 'no switch has this name'],
    unknown_port: ['NotFoundError', 'the switch has no port of this name'],
    no_nic: ['NotFoundError', 'nothing is cabled to the port'],
    node_taken: ['BlockedError', 'a project has the node'],
    busy: ['BlockedError', 'an action of the NIC is still pending'],
    suspect_port: ['BlockedError', 'what the port carries could not be proven'],
  },

  async write({ tx, refuse }, { params }) {
    const found = await findSwitch(tx, params.switch);
    if (!found) throw refuse('unknown_switch', `there is no switch ${params.switch}`);
    const port = await findPort(tx, found, params.port);
    if (!port) throw refuse('unknown_port', `switch ${params.switch} has no port ${params.port}`);
    const end = await lockCableEnd(tx, port.id);
    if (!end?.nic.port) throw refuse('no_nic', `nothing is cabled to port ${port.label} of switch ${params.switch}`);
    const { node, nic } = end;
    if (node.projectId !== null) {
      throw refuse('node_taken', `a project has node ${node.label}: release it with detach_node first`);
    }
    if (await isBusy(tx, nic, end.nic.port)) {
      throw refuse(
        'busy',
        `an action of NIC ${nic.label} of node ${node.label} is still pending: try again when it is DONE or ERROR`,
      );
    }
    if (await isSuspect(tx, port.id)) {
      throw refuse(
        'suspect_port',
        `what ${params.switch} ${port.label} carries is not known: an administrator's revert of the port must be DONE first`,
      );
    }
    await tx.update(nics).set({ portId: null }).where(eq(nics.id, nic.id));
    return undefined;
  },
});
