import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { nexus } from '../../agents/drivers/nexus.ts';
import { type PortState, samePortState } from '../../db/commands/kinds.ts';
import { median, printHeading, printTable, printTarget, times } from './figures.ts';
import { arrangeRack } from './rack.ts';
import type { Site, SiteDatabase } from './site.ts';

const NAMES = Array.from({ length: 10 }, (_, index) => `nexus-${String(index + 1).padStart(2, '0')}`);
const PORTS = Array.from({ length: 48 }, (_, index) => `Ethernet1/${index + 1}`);
const LINE_DELAY = 5;
const LOGIN_DELAY = 200;
const LOGIN = { username: 'admin', password: 'switch password' };
const SETTINGS = { transport: 'telnet', dummy_vlan: 2222, legacy_ssh: false } as const;
const ROUNDS = 2;
/** Switches that are driven by hand in each round, other ones every time. */
const BY_HAND = 3;

const promised = z.object({ status_id: z.uuid() });
const done = z.object({ status: z.literal('DONE') });

/** How long HaaS takes for all ports of ten switches, compared with one switch driven by hand. */
export async function switches(site: Site): Promise<void> {
  const database = await site.database('bench_switches');
  const simulated = await site.startProgram(new URL('switches-simulated.ts', import.meta.url).href, {
    BENCH_SWITCHES: NAMES.join(' '),
    BENCH_PORTS: PORTS.join(' '),
    BENCH_PASSWORD: LOGIN.password,
    BENCH_LINE_DELAY: String(LINE_DELAY),
    BENCH_LOGIN_DELAY: String(LOGIN_DELAY),
  });
  const { telnet } = await simulated.hear(z.object({ telnet: z.array(z.int()) }));
  const api = site.client(await site.startApi(database), Number.POSITIVE_INFINITY);
  await site.startAgent(database);
  const addresses = telnet.map((port, index) => ({ name: NAMES[index] ?? '', port }));
  const registered = addresses.map(({ name, port }) => ({
    name,
    registration: { type: 'nexus', hostname: '127.0.0.1', port, ...LOGIN, ...SETTINGS },
    ports: PORTS,
  }));
  const nics = await arrangeRack(database, api, 'net', registered);
  const [network] = await database.sql`select v.id from vlans v join networks n on n.id = v.network_id where n.label = 'net'`;
  const vlan = z.number().parse(network?.['id']);

  const alone: number[] = [];
  const together: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const first = round * BY_HAND;
    for (const { name, port } of addresses.slice(first, first + BY_HAND)) alone.push(await byHand(name, port, vlan));
    together.push(
      await throughHaas(database, async () => {
        const answers = await Promise.all(nics.map((nic) => api.call('POST', `${nic}/connect_network`, { network: 'net' })));
        return async () => {
          for (const { body } of answers) {
            done.parse((await api.call('GET', `/networking_action/${promised.parse(body).status_id}`)).body);
          }
        };
      }),
    );
    // So that the next round asks for the same again.
    await database.sql`delete from attachments`;
  }

  const slowest = Math.max(...alone);
  const all = median(together);
  const row = (what: string, changes: number, seconds: number) => [
    what,
    String(changes),
    seconds.toFixed(2),
    (changes / seconds).toFixed(1),
    times(seconds / slowest),
  ];
  printHeading(
    'switches',
    `${nics.length} port changes on ${NAMES.length} simulated switches (${LINE_DELAY} ms a line, ${LOGIN_DELAY} ms a login); median of ${ROUNDS} rounds`,
  );
  printTable(
    ['', 'changes', 'seconds', 'changes/s', 'ratio'],
    [
      row('HaaS, all switches at once', nics.length, all),
      row(`by hand, slowest of ${alone.length}, one at a time`, PORTS.length, slowest),
      row('by hand, median', PORTS.length, median(alone)),
    ],
  );
  process.stdout.write('  by hand: the driver alone, one session, each port set and read back\n');
  printTarget('at most 2 times the slowest switch by hand', times(all / slowest), all <= 2 * slowest);
}

/** Seconds for one switch, without HaaS. */
async function byHand(label: string, port: number, vlan: number): Promise<number> {
  const want: PortState = { native: vlan, tagged: [], enabled: true };
  const start = performance.now();
  const session = await nexus.open({
    access: { label, type: 'nexus', hostname: '127.0.0.1', port, settings: SETTINGS, sealed: 'unused' },
    credentials: LOGIN,
    hostKeys: { check: () => true },
    stateDir: '/nonexistent',
    signal: AbortSignal.timeout(120_000),
  });
  for (const name of PORTS) {
    await session.setPort(name, want);
    if (!samePortState(await session.readPort(name), want)) throw new Error(`${label} ${name} is not as wanted`);
  }
  await session.close();
  return (performance.now() - start) / 1000;
}

/** Seconds until every command that `ask` leads to has ended; then `ask`'s answer checks that all went well. */
async function throughHaas({ sql }: SiteDatabase, ask: () => Promise<() => Promise<void>>): Promise<number> {
  const start = performance.now();
  const check = await ask();
  // One cheap statement tells about all of them; as many requests would take a processor from what is measured.
  for (; (await sql`select from commands where status in ('queued', 'running') limit 1`).length > 0; await delay(10));
  const seconds = (performance.now() - start) / 1000;
  await check();
  // The agent saves the configurations and lets the switches go, which is not to fall into the next measurement.
  for (
    ;
    (await sql`select from devices where lease_holder is not null or unsaved_since is not null`).length > 0;
    await delay(50)
  );
  return seconds;
}
