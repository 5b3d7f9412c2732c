import { test } from 'vitest';
import { connect } from '../../../db/client.ts';
import { watchUserChanges } from '../../../infra/hosts/user-changes.ts';
import { testDatabase } from '../../support/database.ts';
import { startProxy } from '../../support/tcp-proxy.ts';
import { until } from '../../support/until.ts';

test('a change by anybody is told, and so is that nobody may be telling', async (t) => {
  const database = await testDatabase(t);
  const sql = connect(database.superuserUrl, 'test', 1);
  let listening = false;
  let forgotten = 0;
  const callers = {
    identify: async () => null,
    forget: () => void forgotten++,
    told: (now: boolean) => {
      listening = now;
    },
  };
  const ended: string[] = [];
  const finished = { heard: (id: string) => void ended.push(id), look: () => {} };
  const proxy = await startProxy(t, Number(new URL(database.apiUrl).port));
  const watch = await watchUserChanges(proxy.url(database.apiUrl), callers, finished);
  t.onTestFinished(async () => {
    await watch.stop();
    await sql.end();
  });
  await until(() => listening, 'the channel is heard');
  const toldOf = async (change: () => Promise<unknown>) => {
    const before = forgotten;
    await change();
    await until(() => forgotten > before, 'the change is told');
  };
  await toldOf(() =>
    sql`insert into users (label, password_hash) values ('eve', 'x')`.then(() => sql`update users set is_admin = true`),
  );

  await sql`select pg_notify('commands_finished', 'the id of a command')`;
  await until(() => ended.includes('the id of a command'), 'the end of a command is told');

  // A connection that is cut is made again at once; what was said in between is not known.
  await toldOf(
    () => sql`select pg_terminate_backend(pid) from pg_stat_activity
      where application_name = 'haas api listener' and datname = current_database()`,
  );

  // One that is silent is not believed, and in the end replaced.
  proxy.silence();
  await until(() => !listening, 'the silence is noticed');
  await until(() => listening, 'the channel is heard again');
  await toldOf(() => sql`delete from users`);
});
