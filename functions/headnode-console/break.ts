import { z } from 'zod';
import { commanding } from '../http/commanding.ts';
import { headnodeLabel } from '../http/labels.ts';
import { empty, nothing } from '../http/operation.ts';
import { reachHeadnodeConsole, recordTyped } from '../rules/console-of-headnode.ts';
import { typeInto, typingRefusals } from '../rules/console-typing.ts';
import { headnodeRefusals } from '../rules/headnode-access.ts';
import { headnodeEndingRefusals, nothingIfHeadnodeDone } from '../rules/headnode-action.ts';

/** Sends a break on the serial console of a headnode, where its host knows how to send one. */
export const headnodeConsoleBreak = commanding({
  id: 'headnode_console_break',
  summary: 'Send a break on the serial console of a headnode',
  method: 'POST',
  path: '/headnode/{headnode}/console/break',
  access: 'user',
  params: z.strictObject({ headnode: headnodeLabel }),
  body: nothing,
  result: empty,
  refusals: { ...headnodeRefusals, ...typingRefusals, ...headnodeEndingRefusals },

  async write(context, { params }) {
    const headnode = await reachHeadnodeConsole(context, params.headnode);
    const id = await typeInto(context, headnode, 'break');
    await recordTyped(context.tx, headnode, 'console_break', id);
    return id;
  },

  answer: nothingIfHeadnodeDone,
});
