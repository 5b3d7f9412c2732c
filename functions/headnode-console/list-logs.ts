import { z } from 'zod';
import { headnodeLabel } from '../http/labels.ts';
import { nothing, reading } from '../http/operation.ts';
import { consoleLogs, consoleLogsOf } from '../rules/console-logs.ts';
import { presentHeadnodeConsole } from '../rules/console-of-headnode.ts';
import { headnodeRefusals } from '../rules/headnode-access.ts';

/** Lists the logs of the serial console of a headnode: one for its whole life, once the console was opened. */
export const listHeadnodeConsoleLogs = reading({
  id: 'list_headnode_console_logs',
  summary: 'List the logs of the serial console of a headnode',
  method: 'GET',
  path: '/headnode/{headnode}/console/logs',
  access: 'user',
  params: z.strictObject({ headnode: headnodeLabel }),
  query: nothing,
  result: consoleLogs,
  refusals: headnodeRefusals,

  async read(context, { params }) {
    const log = await presentHeadnodeConsole(context, params.headnode);
    return consoleLogsOf(log ? [log] : []);
  },
});
