import { z } from 'zod';
import type { Tx } from '../../db/client.ts';
import { MOST_TYPED } from '../../db/commands/kinds.ts';
import { seal } from '../../db/commands/seal.ts';
import { consoleDevice } from '../../db/devices/console.ts';
import { lockWriter } from '../../db/queries/consoles.ts';
import type { Caller } from '../http/caller.ts';
import type { Problem } from '../http/problem.ts';
import { refuseReadOnly } from '../http/read-only.ts';
import type { Services } from '../services.ts';
import { agentKey } from './agent-choice.ts';
import { type ConsoleMachine, consolePath } from './console-machine.ts';
import { issueTo } from './issue.ts';

/** Seconds for which keystrokes are valid: nobody wants a machine to get them much later. */
const LASTS = 30;

/** Refusals of whatever types into a console. */
export const typingRefusals = {
  not_open: ['BlockedError', 'the console is not open'],
  console_taken: ['BlockedError', 'somebody else has the right to type'],
} as const;

/** A text that is to be typed, as a script sends it. */
export const typedText = z.strictObject({
  data: z
    .string()
    .min(1, 'must not be empty')
    .refine((text) => Buffer.byteLength(text) <= MOST_TYPED, `must be ${MOST_TYPED} bytes at most, in UTF-8`)
    .meta({
      description: `What is typed, ${MOST_TYPED} bytes of UTF-8 at most; a line ends with \\r`,
      examples: ['uptime\r'],
      writeOnly: true,
    }),
});

/** What is typed: bytes, or a break, which is no byte. */
export type Typed = Uint8Array | 'break';

/** A connection that has the right to type, and into which console. */
export interface TypingSession {
  readonly console: number;
  readonly session: string;
}

interface Asking {
  readonly tx: Tx;
  readonly caller: Caller;
  readonly services: Services;
  readonly refuse: (code: keyof typeof typingRefusals, message: string) => Problem;
}

/**
 * Has an agent type into the console of a machine, for whoever has the right to: one connection or, without a session, whom nobody
 * hinders. Keystrokes are sealed for the agent, since they may be a password. Answers the command's id.
 */
export async function typeInto(
  { tx, caller, services, refuse }: Asking,
  machine: ConsoleMachine,
  typed: Typed,
  session?: TypingSession,
): Promise<string> {
  refuseReadOnly(caller);
  const { of, label, agentId } = machine;
  const console = await lockWriter(tx, machine);
  if (!console?.logging || (session && console.id !== session.console)) {
    throw refuse('not_open', `the console of ${of} ${label} is not open: PUT ${consolePath(machine)} opens it`);
  }
  const { id, writer } = console;
  if (session ? console.writerSession !== session.session : writer !== null && writer !== caller.label) {
    throw refuse('console_taken', `${writer ?? 'nobody'} has the right to type into the console of ${of} ${label}`);
  }
  const device = consoleDevice(machine);
  const brief = { ...services, settings: { ...services.settings, commandLifetime: LASTS } };
  if (typed === 'break') return issueTo(tx, brief, device, agentId, 'console.break', { console: id });
  const data = Buffer.from(typed).toString('base64');
  const sealed = await seal(await agentKey(tx, agentId), { device, hostname: String(id), port: 0 }, { data });
  return issueTo(tx, brief, device, agentId, 'console.input', { console: id, sealed });
}
