import { type Connection, connect } from '../../db/client.ts';
import type { ConsoleFeed } from '../../functions/console/stream/feed.ts';
import type { EventFeed } from '../../functions/event/stream/feed.ts';
import type { Callers } from '../../functions/http/callers.ts';
import type { FinishedCommands } from '../../functions/http/finished-commands.ts';

const USERS = 'users';
const COMMANDS = 'commands_finished';
const CONSOLES = 'consoles';
const CONSOLE_OUTPUT = 'console_output';
const AUDIT = 'audit_chained';
const HEARTBEAT = 'heartbeat';
/** How often the channel is tried, in ms, and after how many tries in vain nothing is heard, and another connection is made. */
const BEAT = 1_000;
const DEAF = 5;

/** Who is told what. */
interface Listeners {
  /** Of every change to users and memberships, and of whether every change is told. */
  readonly callers: Pick<Callers, 'forget' | 'told'>;
  /** Which commands have ended; it never relies on it. */
  readonly finished: Pick<FinishedCommands, 'heard' | 'look'>;
  /** Which consoles have news; it never relies on it. */
  readonly consoles: Pick<ConsoleFeed, 'heardOutput' | 'heardChange' | 'look'>;
  /** That there is more in the audit; it never relies on it. */
  readonly events: Pick<EventFeed, 'look'>;
}

/** A connection that hears what the database tells. */
export interface Listening {
  /** Whether anything was heard of late. */
  hears(): boolean;
  stop(): Promise<void>;
}

/**
 * The one connection of a host that hears what the database tells, by whichever host or agent. A connection can be dead for minutes without
 * saying so: each second something is said on a channel, and while nothing comes back `callers` is told not to rely on being told.
 */
export async function listen(databaseUrl: string, listeners: Listeners): Promise<Listening> {
  const { callers, finished, consoles, events } = listeners;
  let heard = false;
  let heardAt = Number.NEGATIVE_INFINITY;
  let silences = 0;

  const open = () => connect(databaseUrl, 'haas api listener', 1);
  // Listening anew after a cut, it has missed what was said meanwhile. The channel of the heartbeat comes last: who hears that hears all.
  const hear = async (connection: Connection) => {
    await connection.listen(COMMANDS, finished.heard, finished.look);
    await connection.listen(CONSOLE_OUTPUT, consoles.heardOutput);
    await connection.listen(CONSOLES, consoles.heardChange, consoles.look);
    await connection.listen(AUDIT, events.look, events.look);
    await connection.listen(
      USERS,
      (payload) => {
        heard = true;
        heardAt = performance.now();
        if (payload !== HEARTBEAT) callers.forget();
      },
      () => callers.forget(),
    );
  };

  let connection = open();
  const beat = () => {
    callers.told(heard);
    silences = heard ? 0 : silences + 1;
    heard = false;
    if (silences > DEAF) {
      silences = 0;
      void connection.end({ timeout: 0 });
      connection = open();
      hear(connection).catch(() => {});
    }
    connection.notify(USERS, HEARTBEAT).catch(() => {});
  };
  await hear(connection);
  const beating = setInterval(beat, BEAT);
  beat();
  return {
    hears: () => performance.now() - heardAt < DEAF * BEAT,
    async stop() {
      clearInterval(beating);
      callers.told(false);
      await connection.end({ timeout: 1 });
    },
  };
}
