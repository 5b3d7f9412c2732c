import type { Tx } from '../../db/client.ts';
import { seal } from '../../db/commands/seal.ts';
import { lockWriter } from '../../db/queries/consoles.ts';
import { Redirect } from '../http/operation.ts';
import type { Services } from '../services.ts';
import { agentKey } from './agent-choice.ts';
import { issueTo } from './issue.ts';
import { type Asking, obmRefusals, reachBmc } from './obm-access.ts';

/** Seconds for which keystrokes are valid: nobody wants a machine to get them much later. */
const LASTS = 30;

/** Refusals of whatever types into a console. */
export const typingRefusals = {
  ...obmRefusals,
  not_open: ['BlockedError', 'the console is not open'],
  console_taken: ['BlockedError', 'somebody else has the right to type'],
} as const;

/** What is typed: bytes, or a break, which is no byte. */
export type Typed = Uint8Array | 'break';

/** A connection that has the right to type, and into which console. */
export interface TypingSession {
  readonly console: number;
  readonly session: string;
}

/**
 * Has an agent type into the console of a node, for whoever has the right to: one connection or, without a session, whom nobody hinders.
 * Keystrokes are sealed for the agent, since they may be a password. Answers the command's id, and the node's.
 */
export async function typeInto(
  asking: Asking<keyof typeof typingRefusals> & { readonly tx: Tx; readonly services: Services },
  label: string,
  typed: Typed,
  session?: TypingSession,
): Promise<{ readonly command: string; readonly nodeId: number } | Redirect> {
  const { tx, caller, services, refuse } = asking;
  const node = await reachBmc(asking, label, 'console');
  if (node instanceof Redirect) return node;
  const console = await lockWriter(tx, node.id);
  if (!console?.logging || (session && console.id !== session.console)) {
    throw refuse('not_open', `the console of node ${label} is not open: PUT /v0/node/${label}/console opens it`);
  }
  const { id, writer } = console;
  if (session ? console.writerSession !== session.session : writer !== null && writer !== caller.label) {
    throw refuse('console_taken', `${writer ?? 'nobody'} has the right to type into the console of node ${label}`);
  }
  const device = `console/${label}`;
  const { agentId } = node.way;
  const brief = { ...services, settings: { ...services.settings, commandLifetime: LASTS } };
  if (typed === 'break') {
    return { command: await issueTo(tx, brief, device, agentId, 'console.break', { console: id }), nodeId: node.id };
  }
  const data = Buffer.from(typed).toString('base64');
  const sealed = await seal(await agentKey(tx, agentId), { device, hostname: String(id), port: 0 }, { data });
  return { command: await issueTo(tx, brief, device, agentId, 'console.input', { console: id, sealed }), nodeId: node.id };
}
