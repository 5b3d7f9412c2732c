import type { Connection } from '../../../db/client.ts';
import { keepWriter, leaveWriter, takeWriter } from '../../../db/queries/consoles.ts';
import type { Caller } from '../../http/caller.ts';
import type { Socket } from '../../http/web-socket.ts';
import type { Services } from '../../services.ts';
import { controlDialect, type Dialect, plainDialect, SUBPROTOCOL, type Told } from './dialect.ts';
import { type Typing, type TypingMachine, Typist } from './typist.ts';
import type { ConsoleEvent } from './view.ts';

/** How often the right to type is renewed, in ms. */
const RENEWAL = 5_000;
/** How long a client may take nothing, in ms. */
const STALLED = 60_000;

/** A WebSocket that shows a console. */
export interface Session {
  readonly services: Services;
  readonly sql: Connection;
  readonly caller: Caller;
  readonly machine: TypingMachine;
  /** Undefined: there is no console into which anything could be typed. */
  readonly console: number | undefined;
  /** Names this connection; under this name it may have taken the right to type already. */
  readonly session: string;
  readonly mayType: boolean;
  /** Writes into the audit that this connection types. */
  readonly record: Typing['record'];
}

/** Under which name somebody types. */
export function writerName({ label }: Caller): string {
  return label ?? 'somebody without a name';
}

/** Serves a WebSocket until the client leaves or there is nothing more to show. The right to type goes with it. Never rejects. */
export async function serveSession(session: Session, socket: Socket, events: AsyncIterable<ConsoleEvent>): Promise<void> {
  const dialect = socket.protocol === SUBPROTOCOL ? controlDialect() : plainDialect();
  const tell = (told: Told) => socket.send(dialect.tell(told));
  const writing = new WritingRight(session, tell, dialect.howToType);
  const { log, consoles } = session.services;
  const listening = listen(session, socket, dialect, writing, tell);
  try {
    let why = 'complete';
    for await (const event of events) {
      if (event.type === 'status') writing.seen(event.writer, event.writerSession);
      if (event.type === 'end') why = event.why;
      for (const message of dialect.write(event, session.session)) await sent(socket, message, consoles.stopping);
    }
    // 1001: the server goes away; 1000: there is nothing more.
    socket.close(why === 'stopping' ? 1001 : 1000, why);
  } catch (error) {
    log.error({ err: error }, 'a console could not be shown');
    socket.close(1011, 'something went wrong that should not');
  }
  // Until the client knows of the end it may take the right to type.
  await listening;
  await writing.leave();
}

/** Waits until a client has taken a message; one who takes nothing for long is cut off, and nobody is waited for when everything stops. */
async function sent(socket: Socket, message: string | Uint8Array, stopping: AbortSignal): Promise<void> {
  let isOver = () => {};
  const over = new Promise<void>((resolve) => {
    isOver = resolve;
  });
  const stalled = setTimeout(() => socket.close(1008, 'nothing was read for too long'), STALLED);
  stopping.addEventListener('abort', isOver);
  await Promise.race([socket.send(message), over]);
  clearTimeout(stalled);
  stopping.removeEventListener('abort', isOver);
}

/** Does what the client asks for, one after the other. */
async function listen(session: Session, socket: Socket, dialect: Dialect, writing: WritingRight, tell: Tell): Promise<void> {
  const { services, caller, machine, console, record } = session;
  const onProblem = (code: string, message: string) => {
    if (code === 'console_taken') writing.lost();
    void tell({ type: 'error', code, message });
  };
  const target = console === undefined ? undefined : { console, session: session.session };
  const typist = target && new Typist({ services, caller, machine, session: target, record, onProblem }, socket.gone);
  for await (const message of socket.messages) {
    const request = dialect.read(message);
    switch (request?.type) {
      case undefined:
        await tell({
          type: 'error',
          code: 'not_understood',
          message: 'a text is {"type": "take", "steal", "release" or "break"}',
        });
        break;
      case 'take':
      case 'steal':
        await writing.take(request.type === 'steal');
        break;
      case 'release':
        await writing.leave();
        break;
      case 'typed':
        if (request.data.length > 0 && writing.mayType()) await typist?.type(request.data);
        break;
      case 'break':
        if (writing.mayType()) await typist?.type('break');
    }
  }
}

type Tell = (told: Told) => Promise<void>;

/** The right to type, as one connection has it or not. */
class WritingRight {
  readonly #session: Session;
  readonly #tell: Tell;
  readonly #how: string;
  #renewing: NodeJS.Timeout | undefined;
  #writer: string | null = null;
  #wasTold = false;

  constructor(session: Session, tell: Tell, how: string) {
    this.#session = session;
    this.#tell = tell;
    this.#how = how;
    if (session.mayType) this.#hold();
  }

  /** Whether something may be typed now; the first time that it may not, the client is told how that changes. */
  mayType(): boolean {
    if (this.#renewing) return true;
    if (!this.#wasTold) {
      const who = this.#writer === null ? '' : `${this.#writer} types now; `;
      void this.#tell({ type: 'error', code: 'not_writing', message: `you only watch: ${who}${this.#how}` });
    }
    this.#wasTold = true;
    return false;
  }

  /** Takes the right to type, if it can be had. */
  async take(steal: boolean): Promise<void> {
    const { sql, caller, console, session } = this.#session;
    if (caller.isReadOnly)
      return this.#tell({ type: 'error', code: 'read_only_token', message: 'your token changes nothing: you only watch' });
    try {
      if (console !== undefined && (await takeWriter(sql, console, { user: writerName(caller), session }, steal)))
        return this.#hold();
      const who = this.#writer ?? 'somebody else';
      await this.#tell({ type: 'error', code: 'console_taken', message: `${who} has the right to type: steal it, if you must` });
    } catch {
      await this.#tell({ type: 'error', code: 'database_unavailable', message: 'the database did not answer: try again' });
    }
  }

  /** The console has this writer now. */
  seen(writer: string | null, session: string | null): void {
    this.#writer = writer;
    // What was seen may be older than what was taken since.
    if (this.#renewing && session !== this.#session.session) void this.#renew();
  }

  /** Somebody else has it. */
  lost(): void {
    if (!this.#renewing) return;
    this.#stop();
    void this.#tell({ type: 'notice', message: `${this.#writer ?? 'somebody else'} took the right to type: you only watch now` });
  }

  /** Gives it up, if it is there. */
  async leave(): Promise<void> {
    const { sql, console, session, services } = this.#session;
    if (!this.#renewing || console === undefined) return;
    this.#stop();
    // Nobody renews it: at worst it ends by itself.
    await leaveWriter(sql, console, session).catch((error: unknown) =>
      services.log.warn({ err: error }, 'a console kept its writer'),
    );
  }

  #hold(): void {
    this.#wasTold = false;
    this.#renewing ??= setInterval(() => void this.#renew(), RENEWAL);
  }

  #stop(): void {
    clearInterval(this.#renewing);
    this.#renewing = undefined;
  }

  async #renew(): Promise<void> {
    const { sql, console, session } = this.#session;
    // While the database is away nobody else gets it either.
    const isKept = console !== undefined && (await keepWriter(sql, console, session).catch(() => true));
    if (!isKept) this.lost();
  }
}
