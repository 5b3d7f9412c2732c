import { z } from 'zod';
import { nodeActions } from '../../db/schema.ts';
import { commanding } from '../http/commanding.ts';
import { nodeLabel } from '../http/labels.ts';
import { empty, Redirect } from '../http/operation.ts';
import { reachNodeConsole } from '../rules/console-of-node.ts';
import { typedText, typeInto, typingRefusals } from '../rules/console-typing.ts';
import { endingRefusals, nothingIfDone } from '../rules/node-action.ts';
import { obmRefusals } from '../rules/obm-access.ts';

/** Types a text into the serial console of a node, for scripts; where somebody else has the right to type it is refused. */
export const consoleInput = commanding({
  id: 'console_input',
  summary: 'Type a text into the serial console of a node',
  method: 'POST',
  path: '/node/{node}/console/input',
  access: 'user',
  redirects: true,
  params: z.strictObject({ node: nodeLabel }),
  body: typedText,
  result: empty,
  refusals: { ...obmRefusals, ...typingRefusals, ...endingRefusals },

  async write(context, { params, body }) {
    const node = await reachNodeConsole(context, params.node);
    if (node instanceof Redirect) return node;
    const id = await typeInto(context, node, Buffer.from(body.data));
    await context.tx.insert(nodeActions).values({ id, nodeId: node.id, action: 'console_input' });
    return id;
  },

  answer: nothingIfDone,
});
