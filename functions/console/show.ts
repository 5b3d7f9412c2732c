import { z } from 'zod';
import { mayActFor } from '../http/caller.ts';
import { nodeLabel } from '../http/labels.ts';
import { Redirect } from '../http/operation.ts';
import { streaming } from '../http/streaming.ts';
import { logsOfNode, presentNodeConsole, reachNodeConsole } from '../rules/console-of-node.ts';
import { obmRefusals } from '../rules/obm-access.ts';
import { consoleQuery, showingRefusals, streamConsole } from './stream/showing.ts';

/** Shows the serial console of a node until the node is released, or what was logged of it: see `streamConsole`. */
export const showConsole = streaming({
  id: 'show_console',
  summary: 'Show what the serial console of a node said last and says now, or type into it',
  path: '/node/{node}/console',
  access: 'user',
  mediaType: 'text/plain',
  redirects: true,
  params: z.strictObject({ node: nodeLabel }),
  query: consoleQuery,
  refusals: {
    ...obmRefusals,
    ...showingRefusals,
    not_your_log: ['AuthorizationError', 'the log is of a project that the caller does not act for'],
  },

  stream(context, { params: { node }, query }) {
    const { services, caller: asking, refuse } = context;
    return streamConsole(context, query, {
      of: 'node',
      label: node,
      start: 'start_console',
      input: 'console_input',
      reach: (tx, caller) => reachNodeConsole({ ...context, tx, caller }, node),
      async present() {
        const found = await reachNodeConsole({ ...context, tx: services.database }, node);
        return found instanceof Redirect ? found : presentNodeConsole(context, found);
      },
      async log(id) {
        const log = (await logsOfNode(context, node)).find((each) => each.id === id);
        if (log && !mayActFor(asking, log.projectId)) {
          throw refuse('not_your_log', `log ${id} is of a project that you do not act for`);
        }
        return log;
      },
    });
  },
});
