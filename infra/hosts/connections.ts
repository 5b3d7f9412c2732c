import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { trustedAddresses } from '../../functions/http/client-address.ts';
import type { Limits } from '../../functions/http/limits.ts';

/** How many connections beyond the limits are told so; any more are closed at once. */
const SPARE = 64;
/** How long one of those has to send its request, in ms. */
const PATIENCE = 2_000;

/**
 * Counts the connections of a server, in all and by address, but for proxies that come for many clients. Answers whether one is too many:
 * its request is to be refused, and the connection closed.
 */
export function countConnections(
  server: Server,
  { connections, connectionsPerAddress }: Limits,
  proxies: readonly string[],
): (socket: Socket) => boolean {
  const isProxy = trustedAddresses(proxies);
  const open = new Set<Socket>();
  const byAddress = new Map<string, number>();
  const surplus = new Set<Socket>();
  server.maxConnections = connections + SPARE;
  server.on('connection', (socket) => {
    // One that asked for another protocol comes in once more.
    if (open.has(socket)) return;
    const address = socket.remoteAddress ?? 'unknown';
    const ofAddress = (byAddress.get(address) ?? 0) + 1;
    byAddress.set(address, ofAddress);
    open.add(socket);
    socket.once('close', () => {
      open.delete(socket);
      surplus.delete(socket);
      const left = (byAddress.get(address) ?? 0) - 1;
      if (left > 0) byAddress.set(address, left);
      else byAddress.delete(address);
    });
    if (open.size <= connections && (ofAddress <= connectionsPerAddress || isProxy(address))) return;
    if (surplus.size < SPARE) {
      surplus.add(socket);
      setTimeout(() => socket.destroy(), PATIENCE).unref();
    } else {
      socket.destroy();
    }
  });
  return (socket) => surplus.size > 0 && surplus.has(socket);
}
