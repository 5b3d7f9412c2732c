import { z } from 'zod';
import { findSwitchFamily } from '../../db/devices/families.ts';
import { canonicalPort } from '../../db/queries/ports.ts';
import { findSwitch } from '../../db/queries/switches.ts';
import { portLabel, switchLabel } from '../http/labels.ts';
import { empty, writing } from '../http/operation.ts';
import { idle, idleUpMessage, needsNative } from '../rules/native-first.ts';

/** Registers a port of a switch, under the one name that its family has for it, however it was typed. */
export const registerPort = writing({
  id: 'switch_register_port',
  summary: 'Register a port of a switch',
  method: 'PUT',
  path: '/switch/{switch}/port/{port+}',
  access: 'admin',
  params: z.strictObject({ switch: switchLabel, port: portLabel }),
  body: z.strictObject({
    idle: idle
      .optional()
      .meta({ description: 'What the port is without a network: shut, or up in no VLAN; as its switch says unless given' }),
  }),
  result: empty,
  refusals: {
    unknown_switch: ['NotFoundError', 'no switch has this name'],
    duplicate_port: ['DuplicateError', 'the switch has this port already'],
    bad_port_name: ['BadArgumentError', 'no port of such a switch is called so'],
    idle_up: ['BadArgumentError', 'a port of such a switch cannot be up without a native network'],
  },

  async writeOnce({ sql, tx, entry, refuse }, { params, body }) {
    const unknownSwitch = () => refuse('unknown_switch', `there is no switch ${params.switch}`);
    const found = await findSwitch(tx, params.switch);
    if (!found) throw unknownSwitch();
    const name = canonicalPort(found, params.port);
    if (name === null) {
      const names = findSwitchFamily(found.type)?.portNames;
      throw refuse('bad_port_name', `${params.port} is no port of a ${found.type} switch: they are called like ${names}`);
    }
    if (body.idle === 'up' && needsNative(found.type)) {
      const message = idleUpMessage(found.type);
      throw refuse('idle_up', message, [{ path: 'body.idle', msg: message }]);
    }
    const [port] = await sql`
      with port as (
        insert into ports (switch_id, label, idle)
          select id, ${name}, ${body.idle ?? null} from switches where id = ${found.id} for key share
          on conflict do nothing returning id)
      select id, record_request(${entry}::text::jsonb) from port`;
    if (port) return undefined;
    if (!(await findSwitch(tx, params.switch))) throw unknownSwitch();
    throw refuse('duplicate_port', `switch ${params.switch} has a port ${name} already`);
  },
});
