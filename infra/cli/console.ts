import { WebSocket } from 'ws';
import { z } from 'zod';
import type { Running } from './carry-out.ts';
import { ConsoleScreen } from './console-screen.ts';
import { Failure } from './failure.ts';
import { failureOf, jsonOf } from './problem.ts';
import { harmless, pour } from './terminal.ts';

const SUBPROTOCOL = 'haas.console.v1';
/** How long a connection may take to come about, in ms. */
const HANDSHAKE = 15_000;
/** Codes with which a WebSocket ends when there is nothing more to show. */
const OVER = 1000;
/** How often a connection that ended is made again, and how long is waited before, in ms. */
const TRIES = 10;
const PAUSE = 1_000;

const told = z.discriminatedUnion('type', [
  z.object({ type: z.literal('state'), state: z.string(), problem: z.string().nullish() }),
  z.object({ type: z.literal('writer'), user: z.string().nullable(), you: z.boolean() }),
  z.object({ type: z.literal('notice'), message: z.string() }),
  z.object({ type: z.literal('error'), code: z.string(), message: z.string() }),
]);

/** What the right to type is asked for: when nobody has it, whoever has it, or not at all. */
type Write = 'take' | 'steal' | 'none';

/** How a console is attached to. */
export interface Attaching {
  /** `/v0/node/node-01/console` */
  readonly path: string;
  /** `node node-01` */
  readonly name: string;
  readonly write: Write;
  /** The key that leaves. */
  readonly leaveKey: EscapeKey;
  /** How many lines are shown of what the console said before. */
  readonly tail: string | undefined;
}

/** A key of the form Ctrl-]: how people write it, and the byte that a terminal sends. */
export interface EscapeKey {
  readonly name: string;
  readonly byte: number;
}

/** Understands `^]`, `^A`, `Ctrl-A`. Throws Failure where it is no such key. */
export function escapeKey(text: string): EscapeKey {
  const [, key] = /^(?:\^|ctrl-)([a-z@[\\\]^_])$/i.exec(text) ?? [];
  if (key === undefined) throw new Failure('usage', `the key that leaves must be one such as ^] or ^A, not ${text}`);
  return { name: `Ctrl-${key.toUpperCase()}`, byte: key.toUpperCase().charCodeAt(0) & 0x1f };
}

/** Why one connection ended: the user left, there is no more, or it was lost. */
type End = 'left' | 'over' | 'lost';

/**
 * Attaches the terminal to a serial console until the user leaves or there is no more. Where there is no terminal, shows what the console says.
 * The terminal is as it was before, however it ends.
 */
export async function attach(running: Running, attaching: Attaching): Promise<void> {
  const { stdin, stdout } = running.terminal;
  if (!stdin.isTTY || !stdout.isTTY || stdin.setRawMode === undefined) return stream(running, attaching);
  const screen = new ConsoleScreen(running.terminal);
  try {
    let since = performance.now();
    for (let attempt = 0; ; attempt += 1) {
      const query =
        attempt === 0
          ? attaching.tail === undefined
            ? ''
            : `tail=${encodeURIComponent(attaching.tail)}`
          : `since=${secondsSince(since)}s`;
      const session = new ConsoleSession(running, attaching, screen);
      const end = await session.run(query).catch((error: unknown) => {
        if (attempt === 0 || (error instanceof Failure && error.ending !== 'unreachable')) throw error;
        return 'lost' as const;
      });
      if (end === 'redirected') return await stream(running, attaching);
      if (end !== 'lost') return;
      if (session.wasOpen) [attempt, since] = [0, performance.now()];
      if (attempt >= TRIES) throw new Failure('unreachable', 'the connection was lost and did not come back');
      screen.say('the connection was lost: connecting again');
      if (await screen.leaves(attaching.leaveKey, PAUSE)) return;
    }
  } finally {
    screen.close();
  }
}

function secondsSince(then: number): number {
  return Math.min(999_999, Math.ceil((performance.now() - then) / 1000) + 1);
}

/** Shows what the console says, as it comes. */
async function stream({ terminal, api }: Running, { path, tail }: Attaching): Promise<void> {
  const answer = await api.send({ method: 'GET', path: tail === undefined ? path : `${path}?tail=${encodeURIComponent(tail)}` });
  if (!answer.stream) throw failureOf(answer, api.site);
  await pour(terminal.stdout, answer.stream);
}

/** One connection to a console. */
class ConsoleSession {
  /** Whether there was a connection at all. */
  wasOpen = false;
  readonly #running: Running;
  readonly #attaching: Attaching;
  readonly #screen: ConsoleScreen;
  #isWriter = false;
  #said = '';

  constructor(running: Running, attaching: Attaching, screen: ConsoleScreen) {
    this.#running = running;
    this.#attaching = attaching;
    this.#screen = screen;
  }

  /** Connects, and goes on until it ends. Throws Failure where the API refuses. */
  run(query: string): Promise<End | 'redirected'> {
    const { api } = this.#running;
    const { path, leaveKey, write, name } = this.#attaching;
    const screen = this.#screen;
    const url = new URL(query === '' ? path : `${path}?${query}`, api.site.endpoint.replace(/^http/, 'ws'));
    const socket = new WebSocket(url, [SUBPROTOCOL], {
      headers: { ...api.site.credentials?.headers },
      handshakeTimeout: HANDSHAKE,
      perMessageDeflate: false,
    });
    return new Promise((resolve, reject) => {
      const leave = (end: End): End => {
        screen.onKeys(undefined);
        socket.close();
        // Whoever has left does not wait for the other side.
        setTimeout(() => socket.terminate(), 500).unref();
        return end;
      };
      screen.onKeys((keys) => {
        const at = keys.indexOf(leaveKey.byte);
        const typed = at === -1 ? keys : keys.subarray(0, at);
        if (typed.length > 0 && socket.readyState === WebSocket.OPEN) socket.send(typed, { binary: true });
        if (at !== -1) resolve(leave('left'));
      });
      screen.onSignal(() => {
        leave('left');
        reject(new Failure('interrupted', 'the command was ended'));
      });
      socket.on('open', () => {
        this.wasOpen = true;
        screen.open();
        screen.say(`the console of ${name}; ${leaveKey.name} leaves`);
        if (write !== 'none') socket.send(JSON.stringify({ type: write }));
      });
      socket.on('message', (data: Buffer, isBinary) => {
        if (!isBinary) return this.#hear(data.toString());
        if (screen.print(data)) return;
        socket.pause();
        screen.onceDrained(() => socket.resume());
      });
      socket.on('unexpected-response', (_, response) => {
        let text = '';
        response.on('data', (part) => {
          text += String(part);
        });
        response.on('end', () => {
          const status = response.statusCode ?? 0;
          // The console of a node behind obmd is a plain stream.
          if (status === 307) return resolve('redirected');
          const headers = new Headers(
            Object.entries(response.headers).map(([key, value]): [string, string] => [key, String(value)]),
          );
          reject(failureOf({ status, headers, text }, api.site));
        });
      });
      socket.on('error', (error) => reject(new Failure('unreachable', `${api.site.endpoint} was not reached: ${error.message}`)));
      socket.on('close', (code) => {
        screen.onKeys(undefined);
        resolve(code === OVER ? 'over' : 'lost');
      });
    });
  }

  /** What is said about the console, besides what it says itself. */
  #hear(text: string): void {
    const message = told.safeParse(jsonOf(text)).data;
    // Something that a newer API has to say.
    if (!message) return;
    switch (message.type) {
      case 'state':
        if (message.state !== 'open') this.#say(`it is ${message.state}${message.problem ? `: ${message.problem}` : ''}`);
        break;
      case 'writer':
        if (message.you && !this.#isWriter) this.#say('you may type');
        this.#isWriter = message.you;
        if (!message.you && message.user !== null) this.#say(`${message.user} types, you only watch`);
        break;
      case 'notice':
        this.#say(message.message);
        break;
      case 'error':
        this.#say(sayable(message.code, message.message));
    }
  }

  /** Says something once, not for each key. */
  #say(text: string): void {
    if (text === this.#said) return;
    this.#said = text;
    this.#screen.say(harmless(text));
  }
}

/** What the API says to programs, in words of the command line. */
function sayable(code: string, message: string): string {
  switch (code) {
    case 'console_taken':
      return `${message}; --steal takes the right away`;
    case 'not_writing':
      return 'you only watch: attach again to type, with --steal where somebody else does';
    default:
      return message;
  }
}
