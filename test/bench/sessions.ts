import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { printHeading, printTable, printTarget, times } from './figures.ts';
import { arrangeRack } from './rack.ts';
import type { Site } from './site.ts';

const ONE = 'nexus-one';
const HANGING = 'nexus-hanging';
const MANY = Array.from({ length: 20 }, (_, index) => `nexus-${String(index + 1).padStart(2, '0')}`);
const PORTS = Array.from({ length: 48 }, (_, index) => `Ethernet1/${index + 1}`);
const LINE_DELAY = 10;
const LOGIN_DELAY = 2_000;
const LOGIN = { username: 'admin', password: 'switch password' };
const SETTINGS = { transport: 'telnet', dummy_vlan: 2222 } as const;

const counted = z.object({ lines: z.int(), sessions: z.int(), saves: z.int() });

/** How well the changes that wait for one switch share a session, how many switches share an agent, and whether a dead one is felt. */
export async function sessions(site: Site): Promise<void> {
  const database = await site.database('bench_sessions');
  const names = [ONE, ...MANY, HANGING];
  const simulated = await site.startProgram(new URL('switches-simulated.ts', import.meta.url).href, {
    BENCH_SWITCHES: names.join(' '),
    BENCH_PORTS: PORTS.join(' '),
    BENCH_PASSWORD: LOGIN.password,
    BENCH_LINE_DELAY: String(LINE_DELAY),
    BENCH_LOGIN_DELAY: String(LOGIN_DELAY),
  });
  const { telnet } = await simulated.hear(z.object({ telnet: z.array(z.int()) }));
  const api = site.client(await site.startApi(database), Number.POSITIVE_INFINITY);
  await site.startAgent(database);
  const nics = await arrangeRack(
    database,
    api,
    'net',
    names.map((name, index) => ({
      name,
      registration: { type: 'nexus', hostname: '127.0.0.1', port: telnet[index], ...LOGIN, ...SETTINGS },
      ports: PORTS,
    })),
  );

  /** Seconds until every change of the ports of these switches has ended. */
  const change = async (switches: readonly string[], action: 'connect_network' | 'detach_network') => {
    const start = performance.now();
    const mine = nics.filter((nic) => switches.some((name) => nic.startsWith(`/node/${name}-`)));
    await Promise.all(mine.map((nic) => api.call('POST', `${nic}/${action}`, { network: 'net' })));
    const devices = switches.map((name) => `switch/${name}`);
    const unfinished = () => database.sql`
      select from commands c join devices d on d.id = c.device_id
        where c.status in ('queued', 'running') and d.label in ${database.sql(devices)} limit 1`;
    while ((await unfinished()).length > 0) await delay(10);
    const seconds = (performance.now() - start) / 1000;
    const [bad] = await database.sql`
      select c.message from commands c join devices d on d.id = c.device_id
        where d.label in ${database.sql(devices)} and c.status <> 'done' limit 1`;
    if (bad) throw new Error(`a change did not end as done: ${bad['message']}`);
    return seconds;
  };
  /** Waits until the agent has saved these switches and let them go. */
  const rest = async (switches: readonly string[]) => {
    const devices = switches.map((name) => `switch/${name}`);
    const busy = () => database.sql`
      select from devices where label in ${database.sql(devices)} and (lease_holder is not null or unsaved_since is not null) limit 1`;
    while ((await busy()).length > 0) await delay(50);
  };

  const one = await change([ONE], 'connect_network');
  await rest([ONE]);
  const { lines, sessions, saves } = await simulated.ask({ count: ONE }, counted);
  const own = (LOGIN_DELAY + lines * LINE_DELAY) / 1000;
  const many = await change(MANY, 'connect_network');
  await change(MANY, 'detach_network');
  await rest(MANY);
  await simulated.ask({ hang: HANGING }, z.object({ hangs: z.string() }));
  const [stuck] = nics.filter((nic) => nic.startsWith(`/node/${HANGING}-`));
  await api.call('POST', `${stuck}/connect_network`, { network: 'net' });
  const beside = await change(MANY, 'connect_network');

  const row = (what: string, changes: number, seconds: number, to: number) => [
    what,
    String(changes),
    seconds.toFixed(2),
    times(seconds / to),
  ];
  printHeading(
    'sessions',
    `all ${PORTS.length} ports of a simulated switch at once, ${LINE_DELAY} ms a line, ${LOGIN_DELAY / 1000} s to log in`,
  );
  printTable(
    ['', 'changes', 'seconds', 'ratio'],
    [
      row(`the switch's own time: log-in and ${lines} lines`, PORTS.length, own, own),
      row('HaaS, one switch', PORTS.length, one, own),
      row(`HaaS, ${MANY.length} switches at once, to one`, PORTS.length * MANY.length, many, one),
      row('HaaS, the same again beside one that hangs', PORTS.length * MANY.length, beside, many),
    ],
  );
  printTarget("at most 1.3 times the switch's own time", times(one / own), one <= 1.3 * own);
  printTarget('one session, one save', `${sessions} and ${saves}`, sessions === 1 && saves === 1);
  printTarget(`${MANY.length} switches: at most 1.5 times one`, times(many / one), many <= 1.5 * one);
  printTarget('one hanging switch delays no other (1.1)', times(beside / many), beside <= 1.1 * many);
}
