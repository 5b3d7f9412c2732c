import { z } from 'zod';
import { nodeActions } from '../../db/schema.ts';
import { commanding } from '../http/commanding.ts';
import { nodeLabel } from '../http/labels.ts';
import { empty, nothing, Redirect } from '../http/operation.ts';
import { reachNodeConsole } from '../rules/console-of-node.ts';
import { typeInto, typingRefusals } from '../rules/console-typing.ts';
import { endingRefusals, nothingIfDone } from '../rules/node-action.ts';
import { obmRefusals } from '../rules/obm-access.ts';

/** Sends a break on the serial console of a node, for scripts; where somebody else has the right to type it is refused. */
export const consoleBreak = commanding({
  id: 'console_break',
  summary: 'Send a break on the serial console of a node',
  method: 'POST',
  path: '/node/{node}/console/break',
  access: 'user',
  redirects: true,
  params: z.strictObject({ node: nodeLabel }),
  body: nothing,
  result: empty,
  refusals: { ...obmRefusals, ...typingRefusals, ...endingRefusals },

  async write(context, { params }) {
    const node = await reachNodeConsole(context, params.node);
    if (node instanceof Redirect) return node;
    const id = await typeInto(context, node, 'break');
    await context.tx.insert(nodeActions).values({ id, nodeId: node.id, action: 'console_break' });
    return id;
  },

  answer: nothingIfDone,
});
