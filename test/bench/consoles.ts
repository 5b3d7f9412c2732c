import { get } from 'node:http';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { ipmiSimulatorMissing } from '../../infra/rack/bmc/simulated-bmc.ts';
import { grouped, percent, printHeading, printTable, printTarget } from './figures.ts';
import { authorization, type Site } from './site.ts';
import { type Usage, usageOf } from './usage.ts';

const CONSOLES = 200;
/** 9600 baud with a start and a stop bit for each byte. */
const BYTES = 960;
const SECONDS = 45;
const PASSWORD = 'bmc-password';

/** What is measured, and by which part of its command line it is found. */
const parts = { 'the agent': 'agents/run.ts', 'its ipmitool processes': 'sol activate', 'the API host': 'infra/hosts/node.ts' };

/** What two hundred machines cost that print all the time, each with somebody who watches. */
export async function consoles(site: Site): Promise<void> {
  const missing = ipmiSimulatorMissing();
  if (missing !== undefined) {
    process.stdout.write(`\nconsoles: not measured: ${missing}\n`);
    return;
  }
  const database = await site.database('bench_consoles');
  const simulated = await site.startProgram(new URL('bmcs-simulated.ts', import.meta.url).href, {
    BENCH_BMCS: String(CONSOLES),
    BENCH_PASSWORD: PASSWORD,
  });
  const { ports } = await simulated.hear(z.object({ ports: z.array(z.int()) }));
  const url = await site.startApi(database);
  const api = site.client(url, Number.POSITIVE_INFINITY);
  await site.startAgent(database);
  await api.call('PUT', '/project/bench');
  for (const [index, port] of ports.entries()) {
    const obm = { type: 'ipmi', host: '127.0.0.1', port, user: 'admin', password: PASSWORD, cipher_suite: 3 };
    await api.call('PUT', `/node/node-${index}`, { obm });
    await api.call('POST', '/project/bench/connect_node', { node: `node-${index}` });
    await api.call('PUT', `/node/node-${index}/console`);
  }
  const open = async () => Number((await database.sql`select count(*) as open from consoles where state = 'open'`)[0]?.['open']);
  while ((await open()) < CONSOLES) await delay(100);
  // What a console prints in its first second belongs to whoever had the machine before, and is not logged.
  await delay(2000);

  const viewers = ports.map((_, index) => view(`${url}/v0/node/node-${index}/console?tail=0`));
  await Promise.all(viewers.map(({ connected }) => connected));
  const before = usages();
  const start = performance.now();
  await simulated.ask({ print: BYTES }, z.object({ printing: z.literal(true) }));
  await delay(SECONDS * 1000);
  const { printed } = await simulated.ask({ print: 0 }, z.object({ printed: z.array(z.string()) }));
  const seconds = (performance.now() - start) / 1000;
  const after = usages();
  const lacking = () => viewers.filter(({ shown }, index) => !shown().includes(printed[index] ?? '')).length;
  const shown = () => viewers.reduce((sum, viewer) => sum + viewer.shown().length, 0);
  // What still comes is late, and not lost.
  for (let before = -1; lacking() > 0 && shown() > before; await delay(5000)) before = shown();
  const late = (performance.now() - start) / 1000 - seconds;
  for (const { leave } of viewers) leave();

  const total = printed.reduce((sum, text) => sum + text.length, 0);
  const own = used(before, after, 'its ipmitool processes');
  printHeading('consoles', `${CONSOLES} machines that print ${BYTES} bytes/s each for ${SECONDS} s, each with a viewer`);
  printTable(
    ['', 'of one core', 'of ipmitool', 'MiB'],
    Object.keys(parts).map((name) => {
      const share = used(before, after, name);
      return [name, percent(share / seconds), (share / own).toFixed(2), grouped(after.get(name)?.memory ?? 0)];
    }),
  );
  process.stdout.write(
    `  printed ${grouped(total)} bytes, shown ${grouped(shown())} with the notices, the last ${late.toFixed(0)} s late at most\n`,
  );
  printTarget('no console with a byte lost or doubled', String(lacking()), lacking() === 0);
}

function usages(): Map<string, Usage> {
  return new Map(Object.entries(parts).map(([name, text]) => [name, usageOf(text)]));
}

function used(before: Map<string, Usage>, after: Map<string, Usage>, name: string): number {
  return (after.get(name)?.cpu ?? 0) - (before.get(name)?.cpu ?? 0);
}

/** Somebody who watches a console. */
function view(url: string): { connected: Promise<void>; shown: () => string; leave: () => void } {
  let text = '';
  let leave = () => {};
  const connected = new Promise<void>((resolve, reject) => {
    const asked = get(url, { headers: { authorization } }, (response) => {
      if (response.statusCode !== 200) return reject(new Error(`${url} was answered ${response.statusCode}`));
      response.setEncoding('latin1').on('data', (part: string) => {
        text += part;
      });
      // Whoever leaves in the middle is told so.
      response.on('error', () => {});
      resolve();
    });
    asked.on('error', reject);
    leave = () => void asked.destroy();
  });
  return { connected, shown: () => text, leave };
}
