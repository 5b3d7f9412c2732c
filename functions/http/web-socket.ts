import type { Context } from 'hono';
import type { Environment } from './environment.ts';
import { header } from './header.ts';
import { refuseForeignOrigin } from './origin.ts';
import { Problem } from './problem.ts';

/** One message: text, or bytes. */
export interface SocketMessage {
  readonly data: Buffer;
  readonly isBinary: boolean;
}

/** A WebSocket (RFC 6455) that was accepted. */
export interface Socket {
  /** The subprotocol that was agreed on; empty: none. */
  readonly protocol: string;
  /** Resolves when the network has taken a message, or never will. */
  send(data: string | Uint8Array): Promise<void>;
  /** What the client sends. While nobody takes it, no more is read from the client. Ends when the client has gone. */
  readonly messages: AsyncIterable<SocketMessage>;
  /** Aborts when the connection has ended. */
  readonly gone: AbortSignal;
  /** Ends the connection; a client that does not agree in time is cut off. */
  close(code: number, reason: string): void;
}

/** Accepts the WebSocket that a client asks for, with the first subprotocol of these that it offers. Given by hosts that have them. */
export type Upgrade = (subprotocols: readonly string[]) => Promise<Socket>;

/** How to accept the WebSocket that a request asks for; undefined where it asks for none. Throws Problem for pages of other places. */
export function webSocketOf(c: Context<Environment>): Upgrade | undefined {
  if (header(c, 'upgrade')?.toLowerCase() !== 'websocket') return undefined;
  refuseForeignOrigin(c);
  return c.env?.upgrade ?? noWebSocket;
}

async function noWebSocket(): Promise<never> {
  throw new Problem('NotImplementedError', 'no_web_socket', 'this host of the API has no WebSockets: use a plain GET');
}
