import { performance } from 'node:perf_hooks';
import { z } from 'zod';
import { grouped, median, percent, printHeading, printTable, printTarget } from './figures.ts';
import type { Program } from './processes.ts';
import type { Site, SiteDatabase } from './site.ts';

const HISTORY = 1_000_000;
const ROUNDS = 5;
/** Devices with one command each, by number of processes: about a second's work. */
const DEVICES = new Map([
  [1, 150],
  [4, 400],
  [16, 800],
]);
const MOST_DEVICES = Math.max(...DEVICES.values());
/** Shorter than a signed command is, to be written in less time; no claim reads those that have ended. */
const SIGNED = 300;

const answer = z.object({ settled: z.int() });

/** How fast agents take, end and give back commands, and whether the history of a million of them makes it slower. */
export async function claims(site: Site): Promise<void> {
  const empty = await site.database('bench_claims_empty');
  const full = await site.database('bench_claims_full');
  for (const { sql } of [empty, full]) {
    await sql`
      insert into devices (label, agent_id)
        select 'switch/' || number, agents.id from agents, generate_series(1, ${MOST_DEVICES}::integer) number`;
  }
  await writeHistory(full);
  const workers: Program[] = [];
  while (workers.length < Math.max(...DEVICES.keys())) {
    workers.push(await site.startProgram(new URL('claims-worker.ts', import.meta.url).href));
  }

  const figures = new Map<SiteDatabase, Map<number, number[]>>([
    [empty, new Map()],
    [full, new Map()],
  ]);
  // The first round warms up, and does not count.
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const [processes, devices] of DEVICES) {
      // Neither always comes first.
      for (const database of round % 2 === 0 ? [empty, full] : [full, empty]) {
        if (database === empty) await empty.sql`delete from commands`;
        await queue(database, devices);
        const perSecond = await drain(database, workers.slice(0, processes), devices);
        const known = figures.get(database)?.get(processes) ?? [];
        if (round > 0) figures.get(database)?.set(processes, [...known, perSecond]);
      }
    }
  }
  report((database, processes) => median(figures.get(database)?.get(processes) ?? []), empty, full);
}

/** As superuser without triggers and foreign keys, which would take minutes. */
async function writeHistory({ sql }: SiteDatabase): Promise<void> {
  await sql.begin(async (tx) => {
    await tx`set local session_replication_role = replica`;
    await tx`set local synchronous_commit = off`;
    await tx`
      insert into commands (id, agent_id, device_id, seq, kind, signed, status, attempt, fence, result, queued_at, not_after, finished_at)
        select gen_random_uuid(), d.agent_id, d.id, number, 'port.set', repeat('x', ${SIGNED}), 'done', 1, 1, '{"changed": true}',
            moment, moment + interval '15 minutes', moment
          from generate_series(1, ${HISTORY}::integer / ${MOST_DEVICES}::integer) number, devices d,
            lateral (select now() - make_interval(secs => number * 3600) as moment) as past`;
  });
  await sql`vacuum (analyze, freeze) commands`;
  await sql`checkpoint`;
}

/** One command for each of so many devices, and everything in the state that a database is in for most of its life. */
async function queue({ sql }: SiteDatabase, devices: number): Promise<void> {
  await sql`
    insert into commands (id, agent_id, device_id, seq, kind, signed, not_after)
      select gen_random_uuid(), agent_id, id, (extract(epoch from clock_timestamp()) * 1000)::bigint, 'port.set',
          repeat('x', ${SIGNED}), now() + interval '15 minutes'
        from devices order by id limit ${devices}`;
  await sql`vacuum commands, devices`;
}

async function drain({ agentUrl: url }: SiteDatabase, workers: readonly Program[], devices: number): Promise<number> {
  for (const worker of workers) await worker.ask({ url, go: false }, answer);
  const start = performance.now();
  const settled = await Promise.all(workers.map((worker) => worker.ask({ url, go: true }, answer)));
  const seconds = (performance.now() - start) / 1000;
  const sum = settled.reduce((total, each) => total + each.settled, 0);
  if (sum !== devices) throw new Error(`${sum} commands were settled, and ${devices} were queued`);
  return devices / seconds;
}

function report(perSecond: (database: SiteDatabase, processes: number) => number, empty: SiteDatabase, full: SiteDatabase): void {
  printHeading(
    'claims',
    `claim, settle and release of a device with one command; medians of ${ROUNDS} rounds, ${grouped(HISTORY)} finished commands or none`,
  );
  const processes = [...DEVICES.keys()];
  const ratios = processes.map((count) => perSecond(full, count) / perSecond(empty, count));
  printTable(
    ['agent processes', 'claims/s, no history', 'claims/s, with history', 'ratio'],
    processes.map((count, index) => [
      String(count),
      grouped(perSecond(empty, count)),
      grouped(perSecond(full, count)),
      percent(ratios[index] ?? Number.NaN),
    ]),
  );
  printTarget(
    'with history within 10 % of without',
    ratios.map(percent).join(', '),
    ratios.every((ratio) => ratio >= 0.9),
  );
}
