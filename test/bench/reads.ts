import { z } from 'zod';
import { grouped, median, ms, percent, printHeading, printTable, printTarget } from './figures.ts';
import { type LoadFigures, load } from './http-load.ts';
import { authorization, type Site, type SiteDatabase } from './site.ts';

const SIZES = [10, 1000, 10_000];
const CONNECTIONS = [1, 8, 32];
/** The long lists say the same every time; two rounds are enough for them. */
const ROUNDS = { 'GET node/<n>': 5, 'GET nodes/free': 2, bare: 5 };
const SECONDS = 0.5;
const WARM_UP_SECONDS = 0.15;
/** Different nodes that are asked for. */
const ASKED = 100;

/** One server and one kind of request, measured next to the others. */
interface Variant {
  readonly request: keyof typeof ROUNDS;
  readonly authenticated: boolean;
  readonly nodes: number;
  readonly url: string;
  readonly paths: readonly string[];
  /** By number of connections, one for every round. */
  readonly measured: Map<number, LoadFigures[]>;
}

/** How fast the API reads, by nodes, connections and authentication. Every size has a database and API hosts of its own. */
export async function reads(site: Site): Promise<void> {
  const variants: Variant[] = [];
  for (const nodes of SIZES) {
    const database = await site.database(`bench_reads_${nodes}`);
    await populate(database, nodes);
    const [open, closed] = await Promise.all([
      site.startApi(database, { HAAS_REQUIRE_AUTHENTICATION: 'false' }),
      site.startApi(database),
    ]);
    const asked = Math.min(nodes, ASKED);
    const shown = Array.from({ length: asked }, (_, index) => `/v0/node/node-${1 + Math.floor((index * nodes) / asked)}`);
    for (const [url, authenticated] of [[closed, true] as const, [open, false] as const]) {
      variants.push(
        { request: 'GET node/<n>', authenticated, nodes, url, paths: shown, measured: new Map() },
        { request: 'GET nodes/free', authenticated, nodes, url, paths: ['/v0/nodes/free'], measured: new Map() },
      );
    }
    if (nodes === Math.max(...SIZES)) {
      const bare = await site.startProgram(new URL('bare-server.ts', import.meta.url).href, {
        DATABASE_URL: database.superuserUrl,
      });
      const { port } = await bare.hear(z.object({ port: z.int() }));
      const url = `http://127.0.0.1:${port}`;
      variants.push({ request: 'bare', authenticated: false, nodes, url, paths: shown, measured: new Map() });
    }
  }

  for (const connections of CONNECTIONS) {
    for (const variant of variants) await measure(variant, connections, WARM_UP_SECONDS);
  }
  for (let round = 0; round < Math.max(...Object.values(ROUNDS)); round += 1) {
    for (const connections of CONNECTIONS) {
      for (const variant of round % 2 === 0 ? variants : variants.toReversed()) {
        if (round >= ROUNDS[variant.request]) continue;
        const figures = await measure(variant, connections, SECONDS);
        variant.measured.set(connections, [...(variant.measured.get(connections) ?? []), figures]);
      }
    }
  }
  report(variants);
}

async function populate({ sql }: SiteDatabase, nodes: number): Promise<void> {
  await sql`
    insert into nodes (label, obmd_uri, obmd_token)
      select 'node-' || number, 'http://obmd.test', '' from generate_series(1, ${nodes}::integer) number`;
  await sql`insert into nics (node_id, label, mac_address) select id, 'eth0', '52:54:00:00:00:01' from nodes`;
  await sql`vacuum analyze`;
}

function measure({ url, paths, authenticated }: Variant, connections: number, seconds: number): Promise<LoadFigures> {
  const requests = paths.map((path) => ({ method: 'GET' as const, path }));
  return load({ url, before: paths[0] ?? '', connections, seconds, requests, headers: authenticated ? { authorization } : {} });
}

function perSecond({ measured }: Variant, connections: number): number {
  return median((measured.get(connections) ?? []).map((figures) => figures.perSecond));
}

function report(variants: readonly Variant[]): void {
  const bare = variants.find(({ request }) => request === 'bare');
  if (!bare) throw new Error('the bare server was not measured');
  const ofBare = (variant: Variant, connections: number) => perSecond(variant, connections) / perSecond(bare, connections);

  printHeading('reads', `requests a second and p99 in ms at ${CONNECTIONS.join(', ')} connections; medians`);
  const rows = variants
    .toSorted(
      (a, b) => a.request.localeCompare(b.request) || Number(a.authenticated) - Number(b.authenticated) || a.nodes - b.nodes,
    )
    .map((variant) => [
      variant.request,
      variant.authenticated ? 'Basic' : 'none',
      grouped(variant.nodes),
      ...CONNECTIONS.flatMap((connections) => [
        grouped(perSecond(variant, connections)),
        ms(median((variant.measured.get(connections) ?? []).map(({ p99 }) => p99))),
        percent(ofBare(variant, connections)),
      ]),
    ]);
  const header = [
    'request',
    'login',
    'nodes',
    ...CONNECTIONS.flatMap((connections) => [`${connections}: req/s`, 'p99', 'of bare']),
  ];
  printTable(header, rows);
  process.stdout.write('  bare: Hono, one SELECT of one row by its name, no login, nothing logged\n');

  const shows = variants.filter(({ request }) => request === 'GET node/<n>');
  const shares = shows.flatMap((variant) => CONNECTIONS.map((connections) => ofBare(variant, connections)));
  const met = shares.filter((share) => share >= 0.6).length;
  printTarget(
    'GET node/<n> at least 60 % of bare',
    `${met} of ${shares.length} cells, the lowest ${percent(Math.min(...shares))}, the median ${percent(median(shares))}`,
    met === shares.length,
  );
  const growth = shows
    .filter(({ nodes }) => nodes === SIZES.at(-1))
    .flatMap((large) => {
      const small = shows.find(({ nodes, authenticated }) => nodes === SIZES[0] && authenticated === large.authenticated);
      return small ? CONNECTIONS.map((connections) => perSecond(large, connections) / perSecond(small, connections)) : [];
    });
  const [largest, smallest] = [grouped(Math.max(...SIZES)), grouped(Math.min(...SIZES))];
  printTarget(
    `GET node/<n> with ${largest} nodes within 10 % of ${smallest}`,
    `${growth.map(percent).join(', ')}`,
    growth.every((ratio) => ratio >= 0.9),
  );
}
