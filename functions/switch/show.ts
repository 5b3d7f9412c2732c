import { z } from 'zod';
import { findSwitchFamily } from '../../db/devices/families.ts';
import { showSwitch as readSwitch } from '../../db/queries/show-switch.ts';
import { label } from '../http/labels.ts';
import { nothing, reading } from '../http/operation.ts';

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
  params: z.strictObject({ switch: label }),
  query: nothing,
  // What settings there are depends on the type.
  result: z.looseObject({
    name: z.string(),
    type: z.string(),
    hostname: z.string(),
    port: z.int(),
    agent: z.string(),
    idle: z.enum(['shut', 'up']),
    unsaved_since: z.iso.datetime().nullable(),
    version: z.string().nullable(),
    last_contact_at: z.iso.datetime().nullable(),
    capabilities: z.array(z.string()),
    ports: z.array(
      z.strictObject({
        label: z.string(),
        suspect_since: z.iso.datetime().optional(),
        suspect_reason: z.string().nullable().optional(),
      }),
    ),
  }),
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
