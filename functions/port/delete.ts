import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { cabledTo, findPort, lockPort } from '../../db/queries/ports.ts';
import { findSwitch } from '../../db/queries/switches.ts';
import { ports } from '../../db/schema.ts';
import { portLabel, switchLabel } from '../http/labels.ts';
import { empty, nothing, writing } from '../http/operation.ts';

/** Deletes a port that nothing is cabled to and that is known to carry nothing. */
export const deletePort = writing({
  id: 'switch_delete_port',
  summary: 'Delete a port of a switch',
  method: 'DELETE',
  path: '/switch/{switch}/port/{port+}',
  access: 'admin',
  params: z.strictObject({ switch: switchLabel, port: portLabel }),
  body: nothing,
  result: empty,
  refusals: {
    unknown_switch: ['NotFoundError', 'no switch has this name'],
    unknown_port: ['NotFoundError', 'the switch has no port of this name'],
    suspect_port: ['BlockedError', 'what the port carries could not be proven'],
    port_cabled: ['BlockedError', 'a NIC is cabled to the port'],
  },

  async write({ tx, refuse }, { params }) {
    const found = await findSwitch(tx, params.switch);
    if (!found) throw refuse('unknown_switch', `there is no switch ${params.switch}`);
    const seen = await findPort(tx, found, params.port);
    const port = seen && (await lockPort(tx, seen.id));
    if (!port) throw refuse('unknown_port', `switch ${params.switch} has no port ${params.port}`);
    if (port.suspectSince !== null) {
      throw refuse(
        'suspect_port',
        `what ${params.switch} ${port.label} carries is not known: an administrator's revert of the port must be DONE first`,
      );
    }
    const other = await cabledTo(tx, port.id);
    if (other !== undefined) {
      throw refuse('port_cabled', `${other} is on port ${port.label} of switch ${params.switch}: detach it first`);
    }
    await tx.delete(ports).where(eq(ports.id, port.id));
    return undefined;
  },
});
