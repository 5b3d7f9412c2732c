import { performance } from 'node:perf_hooks';
import { z } from 'zod';
import type { ApiClient } from './api-client.ts';
import { median, ms, printHeading, printTable, printTarget, quantile, times } from './figures.ts';
import { arrangeRack } from './rack.ts';
import type { Site } from './site.ts';

const ROUNDS = 5;
const SAMPLES_PER_ROUND = 70;
const WARM_UP = 40;
/** What the predecessor documents for the same way, in milliseconds. */
const PREDECESSOR = { median: 988, p99: 1924 };

const promised = z.object({ status_id: z.uuid() });
const shown = z.object({ status: z.enum(['PENDING', 'DONE', 'ERROR']) });

/** How long it takes from a request to the proven change of a port, on a mock switch. */
export async function latency(site: Site): Promise<void> {
  const database = await site.database('bench_latency');
  const { sql } = database;
  const api = site.client(await site.startApi(database), 1);
  await site.startAgent(database);
  const mock = {
    name: 'sw1',
    registration: { type: 'mock', hostname: 'mock', username: 'u', password: 'p' },
    ports: ['gi1/0/1'],
  };
  const [nic = ''] = await arrangeRack(database, api, 'net', [mock]);
  await sql`create table bench_errands (id bigint primary key generated always as identity, done boolean not null default false)`;
  const echo = await site.startProgram(new URL('latency-echo.ts', import.meta.url).href, { DATABASE_URL: database.superuserUrl });
  await echo.hear(z.object({ listening: z.literal(true) }));

  let connected = false;
  const change = async () => {
    const took = await changed(api, nic, connected ? 'detach_network' : 'connect_network');
    connected = !connected;
    return took;
  };
  const errand = async () => {
    const start = performance.now();
    const [row] = await sql`
      with errand as (insert into bench_errands default values returning id)
      select id, pg_notify('bench_errands', id::text) from errand`;
    const id = z.coerce.number().parse(row?.['id']);
    while ((await sql`select from bench_errands where id = ${id} and done`).length === 0);
    return performance.now() - start;
  };

  await repeat(WARM_UP, change);
  await repeat(WARM_UP, errand);
  const changes: number[] = [];
  const errands: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    changes.push(...(await repeat(SAMPLES_PER_ROUND, change)));
    errands.push(...(await repeat(SAMPLES_PER_ROUND, errand)));
  }

  const haas = { median: median(changes), p99: quantile(changes, 0.99) };
  const bare = { median: median(errands), p99: quantile(errands, 0.99) };
  printHeading('latency', `a port change from the request to DONE, ${changes.length} one after the other on a mock switch; ms`);
  printTable(
    ['', 'HaaS', 'baseline', 'ratio', 'predecessor'],
    [
      ['median', ms(haas.median), ms(bare.median), times(haas.median / bare.median), ms(PREDECESSOR.median)],
      ['p99', ms(haas.p99), ms(bare.p99), times(haas.p99 / bare.p99), ms(PREDECESSOR.p99)],
    ],
  );
  process.stdout.write('  baseline: insert a row and NOTIFY, another process updates it, poll until seen\n');
  printTarget('median at most 25 ms', ms(haas.median), haas.median <= 25);
  printTarget('p99 at most 100 ms', ms(haas.p99), haas.p99 <= 100);
}

async function changed(api: ApiClient, nic: string, what: 'connect_network' | 'detach_network'): Promise<number> {
  const start = performance.now();
  const { status_id: id } = promised.parse((await api.call('POST', `${nic}/${what}`, { network: 'net' })).body);
  for (;;) {
    const { status } = shown.parse((await api.call('GET', `/networking_action/${id}`)).body);
    if (status === 'ERROR') throw new Error(`networking action ${id} ended as ERROR`);
    if (status === 'DONE') return performance.now() - start;
  }
}

async function repeat(count: number, sample: () => Promise<number>): Promise<number[]> {
  const samples: number[] = [];
  while (samples.length < count) samples.push(await sample());
  return samples;
}
