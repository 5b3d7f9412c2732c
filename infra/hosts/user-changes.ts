import { type Connection, connect } from '../../db/client.ts';
import type { Callers } from '../../functions/http/callers.ts';
import type { FinishedCommands } from '../../functions/http/finished-commands.ts';

const CHANNEL = 'users';
const COMMANDS = 'commands_finished';
const HEARTBEAT = 'heartbeat';
/** How often the channel is tried, in ms, and after how many tries in vain another connection is made. */
const BEAT = 1_000;
const DEAF = 5;

/**
 * Tells `callers` of every change to users and memberships, by whichever host. A connection can be dead for minutes without saying
 * so: each second something is said on the channel, and while nothing comes back `callers` is told not to rely on being told.
 * The same connection hears which commands have ended, for `finished`, which never relies on it.
 */
export async function watchUserChanges(
  databaseUrl: string,
  callers: Callers,
  finished: Pick<FinishedCommands, 'heard' | 'look'>,
): Promise<{ stop(): Promise<void> }> {
  let heard = false;
  let silences = 0;

  const open = () => connect(databaseUrl, 'haas api listener', 1);
  // Listening anew after a cut, it has missed what was said meanwhile. The channel of the heartbeat comes last: who hears that hears all.
  const listen = async (connection: Connection) => {
    await connection.listen(COMMANDS, finished.heard, finished.look);
    await connection.listen(
      CHANNEL,
      (payload) => {
        heard = true;
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
      listen(connection).catch(() => {});
    }
    connection.notify(CHANNEL, HEARTBEAT).catch(() => {});
  };
  await listen(connection);
  const beating = setInterval(beat, BEAT);
  beat();
  return {
    async stop() {
      clearInterval(beating);
      callers.told(false);
      await connection.end({ timeout: 1 });
    },
  };
}
