import { z } from 'zod';
import { lockCableEnd } from '../../db/queries/cables.ts';
import { attachmentsOf } from '../../db/queries/nics.ts';
import { findPort } from '../../db/queries/ports.ts';
import { findSwitch } from '../../db/queries/switches.ts';
import { portLabel, statusId, switchLabel } from '../http/labels.ts';
import { nothing, writing } from '../http/operation.ts';
import { changePort, isBusy } from '../rules/port-change.ts';

/** Takes a port off every network, whatever it carries. Once that is read back, the port is suspect no more. */
export const revertPort = writing({
  id: 'port_revert',
  summary: 'Take a switch port, and the NIC on it, off every network',
  method: 'POST',
  path: '/switch/{switch}/port/{port+}/revert',
  access: 'admin',
  params: z.strictObject({ switch: switchLabel, port: portLabel }),
  body: nothing,
  result: z.strictObject({ status_id: statusId }),
  refusals: {
    unknown_switch: ['NotFoundError', 'no switch has this name'],
    unknown_port: ['NotFoundError', 'the switch has no port of this name'],
    no_nic: ['NotFoundError', 'nothing is cabled to the port'],
    busy: ['BlockedError', 'an action of the NIC is still pending'],
  },

  async write({ tx, services, refuse }, { params }) {
    const found = await findSwitch(tx, params.switch);
    if (!found) throw refuse('unknown_switch', `there is no switch ${params.switch}`);
    const port = await findPort(tx, found, params.port);
    if (!port) throw refuse('unknown_port', `switch ${params.switch} has no port ${params.port}`);
    const end = await lockCableEnd(tx, port.id);
    if (!end?.nic.port) {
      throw refuse('no_nic', `nothing is cabled to port ${port.label} of switch ${params.switch}: connect a NIC to it first`);
    }
    const { node, nic } = end;
    if (await isBusy(tx, nic, end.nic.port)) {
      throw refuse(
        'busy',
        `an action of NIC ${nic.label} of node ${node.label} is still pending: try again when it is DONE or ERROR`,
      );
    }
    const attached = await attachmentsOf(tx, nic.id);
    return { status_id: await changePort(tx, services, nic, end.nic.port, attached, { change: 'revert' }) };
  },
});
