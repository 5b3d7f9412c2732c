import type { HttpBindings } from '@hono/node-server';
import type { Upgrade } from './web-socket.ts';

/** What a request brings along from its host, and what it gathers on its way: `caller` is a user's name, null for an anonymous one; `isReplayed`, that the same request was answered before. */
export type Environment = {
  /** Where a request came in through Node's own server; elsewhere, as in tests, there is none. */
  Bindings: Partial<HttpBindings> & {
    /** Where a client asks for a WebSocket, and the host has them. */
    readonly upgrade?: Upgrade;
    /** Who connected, where somebody else than Node's server knows it. */
    readonly address?: string | undefined;
  };
  Variables: { requestId: string; operation?: string; caller?: string | null; isReplayed?: true };
};
