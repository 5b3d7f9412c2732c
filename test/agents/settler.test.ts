import { performance } from 'node:perf_hooks';
import { pino } from 'pino';
import { expect, test, vi } from 'vitest';
import { Database } from '../../agents/database.ts';
import { Lease } from '../../agents/lease.ts';
import { Measures } from '../../agents/measures.ts';
import { Settler } from '../../agents/settler.ts';
import { claim } from '../../db/commands/claim.ts';
import type { Outcome } from '../../db/commands/outcome.ts';
import { makeAgentSite } from '../support/agent-site.ts';

const measures = new Measures(() => ({ held: [], waiting: 0, databaseUp: true, trustedKeys: 1 }));
const failed: Outcome = { status: 'failed', reason: 'unreachable', message: 'no route to host' };

test.for([0, 1, 2, 3, 4, 5, 6])('what ends %i turns after another was settled is settled too', async (turns, t) => {
  const site = await makeAgentSite(t);
  const ids = [await site.queue(), await site.queue({ port: 'gi1/0/2' })];
  const log = pino({ level: 'silent' });
  const database = new Database(site.config.url, 10_000, log);
  t.onTestFinished(() => database.close());
  const held = await database.call((connection) => claim(connection, 'test', { lease: 30, grace: 5, batch: 64 }));
  if (!held) throw new Error('there was nothing to claim');
  const lease = new Lease({
    since: performance.now(),
    lease: 30_000,
    margin: 5000,
    renew: () => Promise.resolve(true),
    onLoss: () => {},
  });
  t.onTestFinished(() => lease.stop());
  const late = async () => {
    for (let turn = 0; turn < turns; turn += 1) await null;
    const id = ids.pop();
    if (id !== undefined) settler.add(id, failed);
  };
  const settler: Settler = new Settler({
    held,
    lease,
    database,
    log,
    journal: () => undefined,
    unsaved: () => false,
    measures,
    checkpoint: () => void late(),
  });
  const first = ids.pop() ?? '';
  const second = ids[0] ?? '';
  settler.add(first, failed);
  for (const id of [first, second]) expect(await site.ended(id, 5000)).toMatchObject({ status: 'failed' });
});

test('a database that is away for a while changes nothing about the order in which readings are written down', async (t) => {
  const site = await makeAgentSite(t);
  const ids = [await site.queue(), await site.queue({ check: ['gi1/0/1'] }), await site.queue({ port: 'gi1/0/2' })];
  const log = pino({ level: 'silent' });
  const database = new Database(site.config.url, 10_000, log);
  t.onTestFinished(() => database.close());
  const held = await database.call((connection) => claim(connection, 'test', { lease: 30, grace: 5, batch: 64 }));
  if (!held) throw new Error('there was nothing to claim');
  const lease = new Lease({
    since: performance.now(),
    lease: 30_000,
    margin: 5000,
    renew: () => Promise.resolve(true),
    onLoss: () => {},
  });
  t.onTestFinished(() => lease.stop());
  await site.sql`create table endings (id uuid, place serial)`;
  await site.sql`create function note_ending() returns trigger language plpgsql security definer as
    $$ begin insert into public.endings (id) values (new.id); return null; end $$`;
  await site.sql`create trigger note_ending after update of status on commands for each row execute function note_ending()`;
  // Away while two that stood first were tried alone.
  let away = 2;
  t.onTestFinished(() => void vi.restoreAllMocks());
  const call = database.call.bind(database);
  vi.spyOn(database, 'call').mockImplementation((request) => {
    away -= 1;
    return away < 0 ? call(request) : Promise.reject(Object.assign(new Error('gone'), { code: 'CONNECTION_CLOSED' }));
  });
  const settler = new Settler({
    held,
    lease,
    database,
    log,
    journal: () => undefined,
    unsaved: () => false,
    measures,
    checkpoint: () => {},
  });
  for (const id of ids) settler.add(id, failed);
  await settler.drain();
  expect((await site.sql`select id from endings order by place`).map(({ id }) => id)).toEqual(ids);
});
