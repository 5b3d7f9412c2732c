import { z } from 'zod';
import { consoleQuery, showingRefusals, streamConsole } from '../console/stream/showing.ts';
import { headnodeLabel } from '../http/labels.ts';
import { streaming } from '../http/streaming.ts';
import { presentHeadnodeConsole, reachHeadnodeConsole } from '../rules/console-of-headnode.ts';
import { headnodeRefusals } from '../rules/headnode-access.ts';

/** Shows the serial console of a headnode until it is deleted, or what was logged of it: see `streamConsole`. */
export const showHeadnodeConsole = streaming({
  id: 'show_headnode_console',
  summary: 'Show what the serial console of a headnode said last and says now, or type into it',
  path: '/headnode/{headnode}/console',
  access: 'user',
  mediaType: 'text/plain',
  params: z.strictObject({ headnode: headnodeLabel }),
  query: consoleQuery,
  refusals: { ...headnodeRefusals, ...showingRefusals },

  stream(context, { params: { headnode }, query }) {
    const present = () => presentHeadnodeConsole(context, headnode);
    return streamConsole(context, query, {
      of: 'headnode',
      label: headnode,
      start: 'start_headnode_console',
      input: 'headnode_console_input',
      reach: (tx, caller) => reachHeadnodeConsole({ ...context, tx, caller }, headnode),
      present,
      async log(id) {
        const log = await present();
        return log?.id === id ? log : undefined;
      },
    });
  },
});
