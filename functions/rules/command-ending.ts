import type { Connection } from '../../db/client.ts';
import { readEnding } from '../../db/queries/commands.ts';
import type { Problem } from '../http/problem.ts';

/** What answering for a command that has ended takes of an operation's context. */
interface Answering<Code extends string> {
  readonly sql: Connection;
  readonly refuse: (code: Code | 'agent_refused' | 'outcome_unknown', message: string) => Problem;
}

/**
 * Makes the answer of operations that have a device changed: nothing when that is done, and a refusal with the reason when it is not.
 * `failed`: the refusal for what the device did not do, and `usually` what that says where the agent told nothing.
 */
export function nothingOr<Code extends string>(failed: Code, usually: string) {
  return async ({ sql, refuse }: Answering<Code>, id: string): Promise<undefined> => {
    const { status, message } = await readEnding(sql, id);
    switch (status) {
      case 'done':
        return undefined;
      case 'failed':
        throw refuse(failed, message ?? usually);
      case 'refused':
        throw refuse('agent_refused', message ?? 'the agent did not take it for an order');
      default:
        throw refuse('outcome_unknown', message ?? 'what became of it is not known');
    }
  };
}
