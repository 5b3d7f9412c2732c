import { z } from 'zod';
import { nodeActions } from '../../db/schema.ts';
import { commanding } from '../http/commanding.ts';
import { label } from '../http/labels.ts';
import { empty, nothing, Redirect } from '../http/operation.ts';
import { typeInto, typingRefusals } from '../rules/console-typing.ts';
import { endingRefusals, nothingIfDone } from '../rules/node-action.ts';

/** Sends a break on the serial console of a node, for scripts; where somebody else has the right to type it is refused. */
export const consoleBreak = commanding({
  id: 'console_break',
  summary: 'Send a break on the serial console of a node',
  method: 'POST',
  path: '/node/{node}/console/break',
  access: 'user',
  params: z.strictObject({ node: label }),
  body: nothing,
  result: empty,
  refusals: { ...typingRefusals, ...endingRefusals },

  async write(context, { params }) {
    const typed = await typeInto(context, params.node, 'break');
    if (typed instanceof Redirect) return typed;
    await context.tx.insert(nodeActions).values({ id: typed.command, nodeId: typed.nodeId, action: 'console_break' });
    return typed.command;
  },

  answer: nothingIfDone,
});
