import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import type { ConsoleOptions } from '../../../agents/sessions/console.ts';
import type { Dialect } from '../../../agents/sessions/dialect.ts';
import { defaultTimeouts } from '../../../agents/sessions/timeouts.ts';
import type { Wire } from '../../../agents/sessions/wire.ts';

/** One end of a TCP connection that behaves as a test says. */
export interface ScriptedDevice {
  readonly socket: Socket;
  /** Every line typed, in order; keys that a pager eats are lines of their own only if a return follows. */
  readonly typed: string[];
}

/** Starts a device on the loopback interface that calls `answer` for each typed line, and connects to it. */
export async function scriptedDevice(
  answer: (line: string, device: ScriptedDevice) => void,
  greet: (device: ScriptedDevice) => void = () => {},
): Promise<{ wire: Wire; device: ScriptedDevice }> {
  const server = createServer({ noDelay: true });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the scripted device has no port');
  const arrived = once(server, 'connection');
  const stream = connect({ port: address.port, host: '127.0.0.1', noDelay: true });
  const [socket]: Socket[] = await arrived;
  if (socket === undefined) throw new Error('nobody connected to the scripted device');
  const device: ScriptedDevice = { socket, typed: [] };
  let rest = '';
  socket.on('data', (bytes: Buffer) => {
    const lines = (rest + bytes.toString()).split('\r');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      device.typed.push(line);
      answer(line, device);
    }
  });
  socket.on('error', () => {});
  onTestFinished(() => {
    stream.destroy();
    socket.destroy();
    server.close();
  });
  greet(device);
  return { wire: { stream, lineEnd: '\r', destroy: () => stream.destroy() }, device };
}

/** How the scripted devices talk. */
export const dialect: Dialect = {
  prompt: /^([\w.-]+)(?:\(([\w-]+)\))?# ?$/,
  username: /login: ?$/,
  password: /^Password: ?$/,
  denied: /^Login incorrect/m,
  pager: /^--More--$/,
  log: /\d\d:\d\d:\d\d %LINK-\S+:/,
  prepare: ['terminal length 0'],
  logout: 'exit',
  leave: ['end'],
};

/** Whom the scripted devices let in. */
export const credentials = { username: 'haas', password: 'p$&w(rd' };

/** Options of a console; `line` is its patience in milliseconds. */
export function options(line = 5_000, signal = new AbortController().signal): ConsoleOptions {
  return { label: 'sw-1', secrets: [credentials.password], timeouts: { ...defaultTimeouts, login: line, line }, signal };
}
