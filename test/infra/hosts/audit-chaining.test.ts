import { expect, test } from 'vitest';
import { startChaining } from '../../../infra/hosts/audit-chaining.ts';
import { logged } from '../../support/logged.ts';
import { until } from '../../support/until.ts';
import { makeWorld } from '../../support/world.ts';

test('what is written is chained soon after, and what fails is tried again', async (t) => {
  const w = await makeWorld(t);
  const { services, entries } = logged(w);
  await w.sql`alter table audit rename to audit_away`;
  const stop = startChaining(services.database.$client, services.audit, services.log);
  t.onTestFinished(stop);
  await until(() => entries(40).length > 0, 'it is told that the audit is not chained');
  await w.sql`alter table audit_away rename to audit`;
  await w.arrange('PUT', '/project/green');
  const chained = () => w.sql`select event from audit where seq is not null order by seq`;
  await until(async () => (await chained()).length === 2, 'both are chained');
  expect((await chained()).map(({ event }) => event)).toEqual(['audit_began', 'project_create']);
  await w.arrange('PUT', '/project/yellow');
  await until(async () => (await chained()).length === 3, 'and what comes later');
  await stop();
  expect(entries(40)).toHaveLength(1);
});

test('no row that somebody puts there stops it', async (t) => {
  const w = await makeWorld(t);
  const { services } = logged(w);
  // The place that the next entry gets, and a project that is none.
  await w.sql`insert into audit_projects (project_id, seq) values (1, 2)`;
  await w.sql`insert into audit (event, projects) values ('planted', '{1,null}')`;
  const stop = startChaining(services.database.$client, services.audit, services.log);
  t.onTestFinished(stop);
  const waiting = async () => (await w.sql`select from audit where seq is null`).length;
  await until(async () => (await waiting()) === 0, 'all is chained');
});
