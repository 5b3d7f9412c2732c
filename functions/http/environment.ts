import type { HttpBindings } from '@hono/node-server';
import type { Upgrade } from './web-socket.ts';

/**
 * What a request brings along from its host, and what it gathers on its way: `address`, where it comes from; `caller`, a user's name, null
 * for an anonymous one; `isReplayed`, that the same request was answered before; `commands`, the ids of those that it issued; `refusal`, the
 * code of the error that it was answered with.
 */
export type Environment = {
  /** Where a request came in through Node's own server; elsewhere, as in tests, there is none. */
  Bindings: Partial<HttpBindings> & {
    /** Where a client asks for a WebSocket, and the host has them. */
    readonly upgrade?: Upgrade;
    /** Who connected, where somebody else than Node's server knows it. */
    readonly address?: string | undefined;
  };
  Variables: {
    requestId: string;
    address: string;
    operation?: string;
    caller?: string | null;
    isReplayed?: true;
    commands?: readonly string[];
    refusal?: string;
  };
};
