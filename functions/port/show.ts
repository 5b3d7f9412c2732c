import { z } from 'zod';
import { canonicalPort } from '../../db/queries/ports.ts';
import { showPort as readPort, switchKind } from '../../db/queries/show-port.ts';
import { channel, networkLabel, nicLabel, nodeLabel, portLabel, switchLabel } from '../http/labels.ts';
import { nothing, reading } from '../http/operation.ts';

/** Shows what a port is cabled to, and the networks that it carries; nothing at all when nothing is cabled. */
export const showPort = reading({
  id: 'show_port',
  summary: 'Show what a switch port is cabled to',
  method: 'GET',
  path: '/switch/{switch}/port/{port+}',
  access: 'admin',
  params: z.strictObject({ switch: switchLabel, port: portLabel }),
  query: nothing,
  result: z.union([
    z.strictObject({
      node: nodeLabel,
      nic: nicLabel,
      networks: z.record(channel, networkLabel).meta({ description: 'Networks that the port carries, by channel' }),
    }),
    z.strictObject({}).meta({ description: 'Nothing is cabled to the port' }),
  ]),
  refusals: {
    unknown_switch: ['NotFoundError', 'no switch has this name'],
    unknown_port: ['NotFoundError', 'the switch has no port of this name'],
  },

  async read({ sql, refuse }, { params }) {
    const kind = await switchKind(sql, params.switch);
    if (!kind) throw refuse('unknown_switch', `there is no switch ${params.switch}`);
    const name = canonicalPort(kind, params.port);
    const cable = name === null ? undefined : await readPort(sql, params.switch, name);
    if (cable === undefined) throw refuse('unknown_port', `switch ${params.switch} has no port ${params.port}`);
    return cable ?? {};
  },
});
