import { test } from 'vitest';
import { connect } from '../../../db/client.ts';
import { listen } from '../../../infra/hosts/listener.ts';
import { testDatabase } from '../../support/database.ts';
import { startProxy } from '../../support/tcp-proxy.ts';
import { until } from '../../support/until.ts';

test('what anybody changes is told, and so is that nobody may be telling', async (t) => {
  const database = await testDatabase(t);
  const sql = connect(database.superuserUrl, 'test', 1);
  let listening = false;
  let forgotten = 0;
  const callers = {
    forget: () => void forgotten++,
    told: (now: boolean) => {
      listening = now;
    },
  };
  const ended: string[] = [];
  const finished = { heard: (id: string) => void ended.push(id), look: () => {} };
  const output: string[] = [];
  const changes: string[] = [];
  let looks = 0;
  let newEntries = 0;
  const consoles = {
    heardOutput: (ids: string) => void output.push(ids),
    heardChange: (id: string) => void changes.push(id),
    look: () => void looks++,
  };
  const proxy = await startProxy(t, Number(new URL(database.apiUrl).port));
  const watch = await listen(proxy.url(database.apiUrl), {
    callers,
    finished,
    consoles,
    events: { look: () => void newEntries++ },
  });
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

  await sql`select pg_notify('console_output', '1 2'), pg_notify('consoles', '3')`;
  await until(() => output.includes('1 2') && changes.includes('3'), 'news of consoles are told');
  const looked = looks;

  const entries = newEntries;
  await sql`notify audit_chained`;
  await until(() => newEntries > entries, 'what is added to the audit is told');

  // A connection that is cut is made again at once; what was said in between is not known.
  await toldOf(
    () => sql`select pg_terminate_backend(pid) from pg_stat_activity
      where application_name = 'haas api listener' and datname = current_database()`,
  );

  await until(() => looks > looked, 'consoles are looked at anew');

  // One that is silent is not believed, and in the end replaced.
  proxy.silence();
  await until(() => !listening, 'the silence is noticed');
  await until(() => listening, 'the channel is heard again');
  await toldOf(() => sql`delete from users`);
});
