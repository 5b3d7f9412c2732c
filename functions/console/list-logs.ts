import { z } from 'zod';
import { nodeLabel } from '../http/labels.ts';
import { reading } from '../http/operation.ts';
import { pageLimit, pageOf } from '../http/paging.ts';
import { consoleLogs, consoleLogsOf } from '../rules/console-logs.ts';
import { logsOfNode } from '../rules/console-of-node.ts';
import { bmcRefusals } from '../rules/obm-access.ts';

const { unknown_node } = bmcRefusals;

/** Lists the logs of the serial console of a node, one for each reservation: those of the caller's projects, all for administrators. */
export const listConsoleLogs = reading({
  id: 'list_console_logs',
  summary: 'List the logs of the serial console of a node',
  method: 'GET',
  path: '/node/{node}/console/logs',
  access: 'user',
  params: z.strictObject({ node: nodeLabel }),
  query: z.strictObject({
    limit: pageLimit,
    after: z
      .string()
      .regex(/^[1-9]\d{0,14}$/, 'must be the number of a log')
      .meta({ description: 'Number of the log after which the page begins, with the next older one', examples: ['42'] })
      .transform(Number)
      .optional(),
  }),
  result: consoleLogs,
  refusals: { unknown_node },

  async read(context, { params, query: { limit, after } }) {
    const { isAdmin, projects } = context.caller;
    const logs = await logsOfNode(context, params.node, { projects: isAdmin ? null : [...projects], before: after, limit });
    return pageOf(logs, { limit }, consoleLogsOf, ({ id }) => String(id));
  },
});
