import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { DeviceError } from '../device-error.ts';

/** A connection that carries the characters of a terminal, whatever is underneath. */
export interface Wire {
  readonly stream: Duplex;
  /** What the return key sends: an NVT wants `\r\n`; over SSH a second byte would count as an empty line more. */
  readonly lineEnd: '\r\n' | '\r';
  /** Ends the connection without a farewell. Never throws. */
  destroy(): void;
}

/** Where to connect, how long to try (milliseconds), and what to call the device in errors. */
export interface Dial {
  readonly label: string;
  readonly hostname: string;
  readonly port: number;
  readonly timeout: number;
  readonly signal: AbortSignal;
}

/** Opens a TCP connection. Throws `unreachable` when there is none in time or the signal comes first. */
export function dial({ label, hostname, port, timeout, signal }: Dial): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port, noDelay: true, keepAlive: true });
    const finish = (problem?: string, cause?: Error) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      socket.off('connect', connected).off('error', failed);
      if (problem === undefined) return resolve(socket);
      socket.on('error', () => {}).destroy();
      reject(new DeviceError('unreachable', `${label}: no connection to ${hostname} port ${port}: ${problem}`, { cause }));
    };
    const connected = () => finish();
    const failed = (error: Error) => finish(error.message, error);
    const abort = () => finish('called off');
    const timer = setTimeout(() => finish(`no answer in ${timeout} ms`), timeout);
    socket.once('connect', connected).once('error', failed);
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
  });
}
