import { z } from 'zod';
import { commanding } from '../http/commanding.ts';
import { headnodeLabel } from '../http/labels.ts';
import { empty } from '../http/operation.ts';
import { reachHeadnodeConsole, recordTyped } from '../rules/console-of-headnode.ts';
import { typedText, typeInto, typingRefusals } from '../rules/console-typing.ts';
import { headnodeRefusals } from '../rules/headnode-access.ts';
import { headnodeEndingRefusals, nothingIfHeadnodeDone } from '../rules/headnode-action.ts';

/** Types a text into the serial console of a headnode, for scripts; where somebody else has the right to type it is refused. */
export const headnodeConsoleInput = commanding({
  id: 'headnode_console_input',
  summary: 'Type a text into the serial console of a headnode',
  method: 'POST',
  path: '/headnode/{headnode}/console/input',
  access: 'user',
  params: z.strictObject({ headnode: headnodeLabel }),
  body: typedText,
  result: empty,
  refusals: { ...headnodeRefusals, ...typingRefusals, ...headnodeEndingRefusals },

  async write(context, { params, body }) {
    const headnode = await reachHeadnodeConsole(context, params.headnode);
    const id = await typeInto(context, headnode, Buffer.from(body.data));
    await recordTyped(context.tx, headnode, 'console_input', id);
    return id;
  },

  answer: nothingIfHeadnodeDone,
});
