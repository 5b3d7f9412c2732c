import { z } from 'zod';
import { MOST_PORTS } from '../../db/commands/kinds.ts';
import { showCheck } from '../../db/queries/commands.ts';
import { canonicalPort } from '../../db/queries/ports.ts';
import { findSwitch, portsOf } from '../../db/queries/switches.ts';
import { commanding } from '../http/commanding.ts';
import { portLabel, switchLabel } from '../http/labels.ts';
import { checkReport, reportOf } from '../rules/check-report.ts';
import { issue } from '../rules/issue.ts';
import { accessOf } from '../rules/switch-access.ts';

/**
 * Has the agent log in to a switch, ask for its version and read its ports: it changes nothing, and tells whether everything about the
 * registration is right. A switch that does not answer is an answer too: the check was carried out, and found that.
 */
export const checkSwitch = commanding({
  id: 'switch_check',
  summary: 'Check that a switch can be reached, and read its version and its ports',
  method: 'POST',
  path: '/switch/{switch}/check',
  access: 'admin',
  params: z.strictObject({ switch: switchLabel }),
  body: z.strictObject({
    ports: z
      .array(portLabel)
      .min(1)
      .max(MOST_PORTS)
      .optional()
      .meta({ description: 'Ports to read; all that are registered unless given' }),
  }),
  result: checkReport,
  refusals: {
    unknown_switch: ['NotFoundError', 'no switch has this name'],
    unknown_port: ['NotFoundError', 'the switch has no port of this name'],
    too_many_ports: ['BadArgumentError', 'the switch has more ports than one check reads, and none were named'],
  },

  async write({ tx, services, refuse }, { params, body }) {
    const found = await findSwitch(tx, params.switch);
    if (!found) throw refuse('unknown_switch', `there is no switch ${params.switch}`);
    const registered = await portsOf(tx, found.id);
    const named = body.ports?.map((name) => ({ name, port: canonicalPort(found, name) }));
    const unknown = named?.filter(({ port }) => port === null || !registered.includes(port)).map(({ name }) => name) ?? [];
    if (unknown.length > 0) throw refuse('unknown_port', `switch ${params.switch} has no port ${unknown.join(', ')}`);
    const ports = named ? [...new Set(named.flatMap(({ port }) => port ?? []))] : registered;
    if (ports.length > MOST_PORTS) {
      throw refuse(
        'too_many_ports',
        `switch ${params.switch} has ${ports.length} ports, and a check reads ${MOST_PORTS} at most: name those to be read in "ports"`,
      );
    }
    return issue(tx, services, found.deviceId, 'switch.check', { switch: accessOf(found), ports });
  },

  async answer({ sql }, id) {
    const check = await showCheck(sql, id);
    const report = check && reportOf(check);
    if (!report) throw new Error(`check ${id} has ended, and there is nothing of it`);
    return report;
  },
});
