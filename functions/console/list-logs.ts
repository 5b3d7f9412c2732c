import { z } from 'zod';
import { mayActFor } from '../http/caller.ts';
import { label } from '../http/labels.ts';
import { nothing, reading } from '../http/operation.ts';
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
  params: z.strictObject({ node: label }),
  query: nothing,
  result: consoleLogs,
  refusals: { unknown_node },

  async read(context, { params }) {
    const logs = await logsOfNode(context, params.node);
    return consoleLogsOf(logs.filter(({ projectId }) => mayActFor(context.caller, projectId)));
  },
});
