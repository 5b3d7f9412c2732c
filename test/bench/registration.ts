import { z } from 'zod';
import { grouped, median, ms, percent, printHeading, printTable, printTarget } from './figures.ts';
import { type LoadFigures, load } from './http-load.ts';
import { authorization, type Site } from './site.ts';

const CONNECTIONS = 8;
const ROUNDS = 5;
const SECONDS = 2;

let registered = 0;

/** How many nodes with a NIC are registered in a second. */
export async function registration(site: Site): Promise<void> {
  const database = await site.database('bench_registration');
  await database.sql`create table bare_nodes (label text primary key, body text not null)`;
  await database.sql`
    create table bare_nics (
      node text not null references bare_nodes (label), label text not null, body text not null, primary key (node, label))`;
  const api = await site.startApi(database);
  const program = await site.startProgram(new URL('bare-server.ts', import.meta.url).href, {
    DATABASE_URL: database.superuserUrl,
  });
  const bare = `http://127.0.0.1:${(await program.hear(z.object({ port: z.int() }))).port}`;

  const haasFigures: LoadFigures[] = [];
  const bareFigures: LoadFigures[] = [];
  // The first round warms up, and does not count.
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const [url, figures] of [[api, haasFigures] as const, [bare, bareFigures] as const]) {
      const measured = await register(url);
      if (round > 0) figures.push(measured);
    }
  }

  const pairs = (figures: readonly LoadFigures[]) => median(figures.map(({ perSecond }) => perSecond / 2));
  const p99 = (figures: readonly LoadFigures[]) => ms(median(figures.map((each) => each.p99)));
  printHeading('registration', `a node, then its NIC, at ${CONNECTIONS} connections; medians of ${ROUNDS} rounds`);
  printTable(
    ['', 'pairs/s', 'p99 of a request, ms', 'of bare'],
    [
      ['HaaS', grouped(pairs(haasFigures)), p99(haasFigures), percent(pairs(haasFigures) / pairs(bareFigures))],
      ['bare', grouped(pairs(bareFigures)), p99(bareFigures), percent(1)],
    ],
  );
  process.stdout.write('  bare: Hono, one INSERT for each of the two requests, no login\n');
  printTarget('at least 1,000 pairs/s', grouped(pairs(haasFigures)), pairs(haasFigures) >= 1000);
}

/** Each connection registers a node of its own, and then that node's NIC. */
function register(url: string): Promise<LoadFigures> {
  const node = JSON.stringify({ obmd: { uri: 'http://obmd.test/node', admin_token: 'a token of thirty-two letters ...' } });
  const nic = JSON.stringify({ macaddr: '52:54:00:00:00:01' });
  return load({
    url,
    before: '/v0/node/none',
    connections: CONNECTIONS,
    seconds: SECONDS,
    headers: { authorization },
    requests: [
      {
        method: 'PUT',
        body: node,
        setupRequest(request, context) {
          registered += 1;
          Object.assign(context, { node: `/v0/node/node-${registered}` });
          return { ...request, path: `/v0/node/node-${registered}` };
        },
      },
      { method: 'PUT', body: nic, setupRequest: (request, context) => ({ ...request, path: `${nodeOf(context)}/nic/eth0` }) },
    ],
  });
}

function nodeOf(context: object): string {
  return 'node' in context ? String(context.node) : '';
}
