import { connect } from '../../db/client.ts';
import type { Callers } from '../../functions/http/callers.ts';

const CHANNEL = 'users';
const HEARTBEAT = 'heartbeat';
const BEAT = 1_000;

/**
 * Tells `callers` of every change to users and memberships, by whichever host. A connection can be dead for minutes without saying
 * so: each second something is said on the channel, and while nothing comes back `callers` is told not to rely on being told.
 */
export async function watchUserChanges(databaseUrl: string, callers: Callers): Promise<{ stop(): Promise<void> }> {
  const connection = connect(databaseUrl, 'haas api listener', 1);
  let heard = false;
  await connection.listen(CHANNEL, (payload) => {
    heard = true;
    if (payload !== HEARTBEAT) callers.forget();
  });
  const beat = () => {
    callers.told(heard);
    heard = false;
    connection.notify(CHANNEL, HEARTBEAT).catch(() => {});
  };
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
