import { z } from 'zod';
import { findSwitchFamily, switchFamilies } from '../../db/devices/families.ts';
import { nexus } from '../../db/devices/nexus.ts';
import { showSwitch as readSwitch } from '../../db/queries/show-switch.ts';
import { agentLabel, portLabel, switchLabel, timestamp } from '../http/labels.ts';
import { nothing, reading } from '../http/operation.ts';
import { idle } from '../rules/native-first.ts';

/** The first is the one of which an example is made. */
const families = [nexus, ...switchFamilies.filter((family) => family !== nexus)];

const described = { description: 'Type of the switch, which decides what settings there are' };
const shown = {
  name: switchLabel,
  hostname: z.string().meta({ description: 'Address or DNS name of the switch', examples: ['10.0.5.21'] }),
  port: z
    .int()
    .min(1)
    .max(65535)
    .meta({ description: 'TCP port of the switch', examples: [22] }),
  agent: agentLabel.meta({ description: 'Agent that reaches the switch' }),
  idle,
  unsaved_since: timestamp
    .nullable()
    .meta({ description: 'Since when there are changes that are not saved on the switch, in UTC; null: there are none' }),
  version: z
    .string()
    .nullable()
    .meta({ description: 'What the switch said last that it is; null: nothing yet', examples: ['NX-OS 10.3(4a)'] }),
  last_contact_at: timestamp
    .nullable()
    .meta({ description: 'When the switch last answered an agent that had logged in, in UTC; null: never yet' }),
  capabilities: z
    .array(
      z
        .literal('nativeless-trunk-mode')
        .meta({ description: 'nativeless-trunk-mode: a port may be up without a native network' }),
    )
    .meta({ description: 'What switches of the type can do' }),
  ports: z
    .array(
      z.strictObject({
        label: portLabel,
        suspect_since: timestamp
          .optional()
          .meta({ description: 'Since when nobody can tell what the port carries, in UTC; missing where it is known' }),
        suspect_reason: z
          .string()
          .nullable()
          .optional()
          .meta({ description: 'Why nobody can tell', examples: ['the switch could not be read back before the time was up'] }),
      }),
    )
    .meta({ description: 'Ports that are registered' }),
};

/**
 * Shows a switch and its ports, never its credentials: the fields of its registration, with the settings of its type, and what agents
 * found out. A port whose state could not be proven says since when, and why.
 */
export const showSwitch = reading({
  id: 'show_switch',
  summary: 'Show a switch: its ports, and what is known of its state',
  method: 'GET',
  path: '/switch/{switch}',
  access: 'admin',
  params: z.strictObject({ switch: switchLabel }),
  query: nothing,
  result: z.union(
    families.map(({ type, settings }) => z.strictObject({ ...shown, type: z.literal(type).meta(described), ...settings.shape })),
  ),
  refusals: {
    unknown_switch: ['NotFoundError', 'no switch has this name'],
  },

  async read({ sql, refuse }, { params }) {
    const found = await readSwitch(sql, params.switch);
    if (!found) throw refuse('unknown_switch', `there is no switch ${params.switch}`);
    const { type, hostname, port, settings, agent, idle, unsavedSince, version, lastContactAt, ports } = found;
    return {
      ...settings,
      name: params.switch,
      type,
      hostname,
      port,
      agent,
      idle,
      unsaved_since: unsavedSince,
      version,
      last_contact_at: lastContactAt,
      capabilities: [...(findSwitchFamily(type)?.capabilities ?? [])],
      ports: ports.map(({ label, suspectSince, suspectReason }) =>
        suspectSince === null ? { label } : { label, suspect_since: suspectSince, suspect_reason: suspectReason },
      ),
    };
  },
});
