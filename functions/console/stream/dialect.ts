import { z } from 'zod';
import type { SocketMessage } from '../../http/web-socket.ts';
import { notice, PlainView } from './plain.ts';
import { type ConsoleEvent, endings } from './view.ts';

/** The subprotocol in which what is said about a console is told apart from what the console says. */
export const SUBPROTOCOL = 'haas.console.v1';

/** What a client asks for. */
type Request = { readonly type: 'typed'; readonly data: Uint8Array } | z.output<typeof control>;

/** What a client is told besides the output. */
export type Told =
  | { readonly type: 'notice'; readonly message: string }
  | { readonly type: 'error'; readonly code: string; readonly message: string };

/** How the two sides of a WebSocket speak. */
export interface Dialect {
  /** A message of the client; undefined where it cannot be understood. */
  read(message: SocketMessage): Request | undefined;
  /** An event of the console, as messages. `session` is the client's own connection. */
  write(event: ConsoleEvent, session: string): (string | Uint8Array)[];
  /** Something that is said to this client alone. */
  tell(told: Told): string | Uint8Array;
  /** How a client gets the right to type. */
  readonly howToType: string;
}

/** Without a subprotocol: bytes both ways, whatever the kind of frame, and notices as lines among the output. */
export function plainDialect(): Dialect {
  const view = new PlainView();
  return {
    read: ({ data }) => ({ type: 'typed', data }),
    write(event) {
      const bytes = view.bytes(event);
      return bytes.length > 0 ? [bytes] : [];
    },
    tell: ({ message }) => notice(message),
    howToType: 'connect with ?write=take to type, or with ?write=steal to take the right from whoever has it',
  };
}

const control = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('take') }),
  z.strictObject({ type: z.literal('steal') }),
  z.strictObject({ type: z.literal('release') }),
  z.strictObject({ type: z.literal('break') }),
]);

/** `haas.console.v1`: binary frames are bytes both ways, text frames JSON. */
export function controlDialect(): Dialect {
  let state = '';
  let writer = '';
  return {
    read({ data, isBinary }) {
      if (isBinary) return { type: 'typed', data };
      try {
        return control.safeParse(JSON.parse(data.toString())).data;
      } catch {
        return undefined;
      }
    },
    write(event, session) {
      switch (event.type) {
        case 'output':
          return event.data.length > 0 ? [event.data] : [];
        case 'gap':
          return [JSON.stringify({ type: 'notice', message: event.message })];
        case 'status': {
          const { stateSince: since, problem, writer: user, writerSession } = event;
          const nowState = JSON.stringify({ type: 'state', state: event.state, since, problem });
          const nowWriter = JSON.stringify({ type: 'writer', user, you: writerSession === session });
          const news = [...(nowState === state ? [] : [nowState]), ...(nowWriter === writer ? [] : [nowWriter])];
          [state, writer] = [nowState, nowWriter];
          return news;
        }
        case 'end': {
          const message = endings[event.why];
          return [
            ...(event.data.length > 0 ? [event.data] : []),
            ...(message === null ? [] : [JSON.stringify({ type: 'notice', message })]),
          ];
        }
      }
    },
    tell: (told) => JSON.stringify(told),
    howToType: 'send {"type": "take"} to type, or {"type": "steal"} to take the right from whoever has it',
  };
}
