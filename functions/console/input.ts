import { z } from 'zod';
import { MOST_TYPED } from '../../db/commands/kinds.ts';
import { nodeActions } from '../../db/schema.ts';
import { commanding } from '../http/commanding.ts';
import { label } from '../http/labels.ts';
import { empty, Redirect } from '../http/operation.ts';
import { typeInto, typingRefusals } from '../rules/console-typing.ts';
import { endingRefusals, nothingIfDone } from '../rules/node-action.ts';

/** Types a text into the serial console of a node, for scripts; where somebody else has the right to type it is refused. */
export const consoleInput = commanding({
  id: 'console_input',
  summary: 'Type a text into the serial console of a node',
  method: 'POST',
  path: '/node/{node}/console/input',
  access: 'user',
  params: z.strictObject({ node: label }),
  body: z.strictObject({
    data: z
      .string()
      .min(1, 'must not be empty')
      .refine((text) => Buffer.byteLength(text) <= MOST_TYPED, `must be ${MOST_TYPED} bytes at most, in UTF-8`),
  }),
  result: empty,
  refusals: { ...typingRefusals, ...endingRefusals },

  async write(context, { params, body }) {
    const typed = await typeInto(context, params.node, Buffer.from(body.data));
    if (typed instanceof Redirect) return typed;
    await context.tx.insert(nodeActions).values({ id: typed.command, nodeId: typed.nodeId, action: 'console_input' });
    return typed.command;
  },

  answer: nothingIfDone,
});
