import { expect, test } from 'vitest';
import { openDatabase } from '../../../db/client.ts';
import { startPruning } from '../../../infra/hosts/pruning.ts';
import { logged } from '../../support/logged.ts';
import { until } from '../../support/until.ts';
import { makeWorld } from '../../support/world.ts';

test('requests are forgotten after the hours that are set, and failed logins when they count no more', async (context) => {
  const w = await makeWorld(context);
  const { database, settings, log } = w.services;
  await w.sql`
    insert into idempotency_keys (caller, key, request, outcome, created_at)
      select 'user/1', name, '', outcome, now() - age from
        (values ('old', null, interval '25 hours'), ('ended', '', interval '25 hours'), ('young', null, interval '23 hours'))
          as k (name, outcome, age)`;
  await w.sql`
    insert into failed_logins (login, address, failures, last_at) values
      ('ada', '10.0.0.1', 3, now() - interval '16 minutes'), ('bob', '10.0.0.1', 3, now() - interval '14 minutes')`;
  context.onTestFinished(startPruning(database, settings, log));
  await until(async () => (await w.sql`select from idempotency_keys`).length === 1, 'old requests are forgotten');
  await until(async () => (await w.sql`select from failed_logins`).length === 1, 'old failed logins are forgotten');
  expect(await w.sql`select key from idempotency_keys`).toEqual([{ key: 'young' }]);
  expect(await w.sql`select login from failed_logins`).toEqual([{ login: 'bob' }]);
});

test('what cannot be forgotten now is a warning', async (context) => {
  const w = await makeWorld(context);
  const { services, entries } = logged(w);
  const nowhere = openDatabase('postgres://haas_api@127.0.0.1:1/haas', 'test', 1);
  context.onTestFinished(() => nowhere.$client.end());
  context.onTestFinished(startPruning(nowhere, services.settings, services.log));
  await until(() => entries(40).length === 4, 'all four are in the log');
  expect(entries(40).map(({ msg }) => msg)).toContain('requests with an Idempotency-Key: not pruned');
});
