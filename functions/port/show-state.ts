import { z } from 'zod';
import { portState, samePortState } from '../../db/commands/kinds.ts';
import { readCurrent } from '../../db/queries/commands.ts';
import { canonicalPort } from '../../db/queries/ports.ts';
import { switchKind } from '../../db/queries/show-port.ts';
import { showPortState as readState } from '../../db/queries/show-port-state.ts';
import { label, portLabel } from '../http/labels.ts';
import { nothing, reading } from '../http/operation.ts';
import { portStateOf, stateAfter } from '../rules/port-change.ts';

/** Shows what a port is to be, what it was last read as, and whether these agree. Nothing is asked of the switch: a check does that. */
export const showPortState = reading({
  id: 'show_port_state',
  summary: 'Show what a switch port is to be, and what it was last read as',
  method: 'GET',
  path: '/switch/{switch}/port/{port+}/state',
  access: 'admin',
  params: z.strictObject({ switch: label, port: portLabel }),
  query: nothing,
  result: z.strictObject({
    /** What an unfinished action makes of it, if there is one. */
    wanted: portState,
    /** The `status_id` of that action. */
    pending: z.uuid().nullable(),
    read: portState.nullable(),
    read_at: z.iso.datetime().nullable(),
    agrees: z.boolean().nullable(),
    suspect: z.strictObject({ since: z.iso.datetime(), reason: z.string().nullable(), vlans: z.array(z.int()) }).nullable(),
  }),
  refusals: {
    unknown_switch: ['NotFoundError', 'no switch has this name'],
    unknown_port: ['NotFoundError', 'the switch has no port of this name'],
  },

  async read({ sql, refuse }, { params }) {
    const kind = await switchKind(sql, params.switch);
    if (!kind) throw refuse('unknown_switch', `there is no switch ${params.switch}`);
    const name = canonicalPort(kind, params.port);
    const found = name === null ? undefined : await readCurrent(sql, () => readState(sql, params.switch, name));
    if (!found) throw refuse('unknown_port', `switch ${params.switch} has no port ${params.port}`);
    const { attachments, idle, action, readState: read, readAt, suspectSince, suspectReason, suspectVlans } = found;
    const wanted = action ? stateAfter(attachments, action, idle) : portStateOf(attachments, idle);
    return {
      wanted,
      pending: action?.id ?? null,
      read,
      read_at: readAt,
      agrees: read && samePortState(read, wanted),
      suspect: suspectSince === null ? null : { since: suspectSince, reason: suspectReason, vlans: suspectVlans },
    };
  },
});
