import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { grouped, median, ms, printHeading, printTable, printTarget, times } from './figures.ts';
import { password, type Site, type SiteDatabase } from './site.ts';

const NODES = 1_000;
const SWITCHES = 20;
/** Of so many nodes the same requests are sent one after another, to compare with. */
const ONE_BY_ONE = 200;
const EXPORTED = 10_000;
const EXPORTS = 9;

const program = fileURLToPath(new URL('../../infra/cli.mjs', import.meta.url));

/** How long `haas import` takes for 1,000 nodes with two NICs, and again where nothing is to do; and the export of 10,000. */
export async function importing(site: Site): Promise<void> {
  const database = await site.database('bench_import');
  const url = await site.startApi(database);
  const folder = await mkdtemp(join(tmpdir(), 'haas-bench-import-'));
  try {
    const file = join(folder, 'site.json');
    await writeFile(file, JSON.stringify(layout(NODES)));
    const seconds = async (...words: string[]) => {
      const start = performance.now();
      await execa(program, words, {
        extendEnv: false,
        env: { PATH: process.env['PATH'], HAAS_ENDPOINT: url, HAAS_USERNAME: 'admin', HAAS_PASSWORD: password },
      });
      return (performance.now() - start) / 1000;
    };
    const whole = await seconds('import', file, '--yes');
    const again = await seconds('import', file, '--yes');
    const slow = await oneByOne(site, await site.database('bench_import_slow'));

    printHeading(
      'import',
      `${grouped(NODES)} nodes with two NICs, cabled to ${SWITCHES} switches, by the command line as a process of its own`,
    );
    printTable(
      ['', 's', 'nodes/s'],
      [
        ['haas import', whole.toFixed(1), grouped(NODES / whole)],
        ['again, with nothing to do', again.toFixed(1), ''],
        [`the same requests one after another (${ONE_BY_ONE} nodes)`, slow.toFixed(1), grouped(ONE_BY_ONE / slow)],
      ],
    );
    process.stdout.write(`  ${times(NODES / whole / (ONE_BY_ONE / slow))} as many nodes a second as one after another\n`);
    printTarget('under 20 s', `${whole.toFixed(1)} s`, whole < 20);

    await fill(database);
    const client = site.client(url, 1);
    const figures: number[] = [];
    for (let round = 0; round <= EXPORTS; round += 1) {
      const start = performance.now();
      await client.call('GET', '/site');
      // The first warms up.
      if (round > 0) figures.push(performance.now() - start);
    }
    process.stdout.write(`  GET /v0/site of ${grouped(EXPORTED)} nodes: ${ms(median(figures))} ms\n`);
  } finally {
    await rm(folder, { recursive: true });
  }
}

function layout(nodes: number) {
  const ports = Math.ceil((2 * nodes) / SWITCHES);
  return {
    switches: Array.from({ length: SWITCHES }, (_, at) => ({
      name: `switch-${at}`,
      type: 'mock',
      hostname: 'mock',
      username: 'u',
      password: 'p',
    })),
    nodes: Array.from({ length: nodes }, (_, at) => ({
      name: `node-${at}`,
      obm: { type: 'ipmi', host: `10.7.${at >> 8}.${at & 255}`, user: 'haas', password: 'hunter2' },
      nics: [0, 1].map((nic) => ({
        name: `eth${nic}`,
        mac: `52:54:00:${nic.toString().padStart(2, '0')}:${hex(at >> 8)}:${hex(at & 255)}`,
        switch: `switch-${Math.floor((2 * at + nic) / ports)}`,
        port: `gi1/${(2 * at + nic) % ports}`,
      })),
    })),
  };
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}

async function oneByOne(site: Site, database: SiteDatabase): Promise<number> {
  const client = site.client(await site.startApi(database), 1);
  const { switches, nodes } = layout(ONE_BY_ONE);
  const start = performance.now();
  for (const { name, ...registration } of switches) await client.call('PUT', `/switch/${name}`, registration);
  for (const { name, obm, nics } of nodes) {
    await client.call('PUT', `/node/${name}`, { obm });
    for (const nic of nics) {
      const port = `/switch/${nic.switch}/port/${nic.port}`;
      await client.call('PUT', port);
      await client.call('PUT', `/node/${name}/nic/${nic.name}`, { macaddr: nic.mac });
      await client.call('POST', `${port}/connect_nic`, { node: name, nic: nic.name });
    }
  }
  return (performance.now() - start) / 1000;
}

/** Adds nodes with two NICs each, until there are as many as are exported. */
async function fill({ sql }: SiteDatabase): Promise<void> {
  await sql`
    with made as (
      insert into nodes (label, obmd_uri, obmd_token)
        select 'more-' || number, 'http://obmd.test/', 'none' from generate_series(1, ${EXPORTED - NODES}::int) number returning id)
    insert into nics (node_id, label, mac_address) select id, 'eth' || number, '52:54:00:00:00:00' from made, generate_series(0, 1) number`;
  await sql`analyze`;
}
