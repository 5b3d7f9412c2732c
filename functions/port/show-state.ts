import { z } from 'zod';
import { portState, samePortState } from '../../db/commands/kinds.ts';
import { readCurrent } from '../../db/queries/commands.ts';
import { canonicalPort } from '../../db/queries/ports.ts';
import { switchKind } from '../../db/queries/show-port.ts';
import { showPortState as readState } from '../../db/queries/show-port-state.ts';
import { portLabel, statusId, switchLabel, timestamp } from '../http/labels.ts';
import { nothing, reading } from '../http/operation.ts';
import { portStateOf, stateAfter } from '../rules/port-change.ts';

/** Shows what a port is to be, what it was last read as, and whether these agree. Nothing is asked of the switch: a check does that. */
export const showPortState = reading({
  id: 'show_port_state',
  summary: 'Show what a switch port is to be, and what it was last read as',
  method: 'GET',
  path: '/switch/{switch}/port/{port+}/state',
  access: 'admin',
  params: z.strictObject({ switch: switchLabel, port: portLabel }),
  query: nothing,
  result: z.strictObject({
    wanted: portState.meta({ description: 'What the port is to be; where an action is pending, what that makes of it' }),
    pending: statusId.nullable().meta({ description: 'Id of the action that is pending; null: there is none' }),
    read: portState.nullable().meta({ description: 'What the port was read as last; null: it never was' }),
    read_at: timestamp.nullable().meta({ description: 'When it was read last, in UTC; null: never' }),
    agrees: z
      .boolean()
      .nullable()
      .meta({ description: 'Whether it was read as it is to be; null: it was never read', examples: [true] }),
    suspect: z
      .strictObject({
        since: timestamp.meta({ description: 'Since when nobody can tell what the port carries, in UTC' }),
        reason: z
          .string()
          .nullable()
          .meta({ description: 'Why nobody can tell', examples: ['the switch could not be read back before the time was up'] }),
        vlans: z
          .array(
            z
              .int()
              .min(1)
              .max(4094)
              .meta({ description: 'Number of a VLAN', examples: [100] }),
          )
          .meta({ description: 'VLANs that the port may carry' }),
      })
      .nullable()
      .meta({ description: 'Set where the state of the port could not be proven; null: it could' }),
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
