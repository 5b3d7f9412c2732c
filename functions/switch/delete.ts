import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { lockSwitch, portsOf } from '../../db/queries/switches.ts';
import { switches } from '../../db/schema.ts';
import { switchLabel } from '../http/labels.ts';
import { empty, nothing, writing } from '../http/operation.ts';
import { releaseVlans } from '../rules/reserved-vlans.ts';

/** Deletes a switch that has no ports. The VLANs that it alone kept for itself may be networks' again. */
export const deleteSwitch = writing({
  id: 'switch_delete',
  summary: 'Delete a switch',
  method: 'DELETE',
  path: '/switch/{switch}',
  access: 'admin',
  params: z.strictObject({ switch: switchLabel }),
  body: nothing,
  result: empty,
  refusals: {
    unknown_switch: ['NotFoundError', 'no switch has this name'],
    has_ports: ['BlockedError', 'the switch still has ports'],
  },

  async write({ tx, refuse }, { params }) {
    const found = await lockSwitch(tx, params.switch);
    if (!found) throw refuse('unknown_switch', `there is no switch ${params.switch}`);
    const ports = await portsOf(tx, found.id);
    if (ports.length > 0) {
      throw refuse('has_ports', `switch ${params.switch} has ${ports.length} port(s), ${ports[0]} among them: delete them first`);
    }
    await tx.delete(switches).where(eq(switches.id, found.id));
    await releaseVlans(tx);
    return undefined;
  },
});
