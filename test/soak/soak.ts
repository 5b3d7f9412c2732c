import { z } from 'zod';
import { Client, type Run } from './client.ts';
import { Disturbances } from './disturbances.ts';
import {
  checkAudit,
  checkPromises,
  checkRows,
  checkSuspects,
  checkSwitches,
  clearTheTable,
  type Evidence,
  quiesce,
} from './end-checks.ts';
import { misbehave } from './faults.ts';
import { errorsLogged, type House, openHouse } from './house.ts';
import { checkEachMoment, keepHistory, type Limits, PortWatch } from './isolation.ts';
import { kill } from './kills.ts';
import { Memory } from './memory.ts';
import type { SoakOptions } from './options.ts';
import { type Rack, startRack } from './rack.ts';
import { Random } from './random.ts';
import { arranging, basic, makeProjects, makeUsers, register } from './registration.ts';
import { Tally } from './tally.ts';
import { behave, type User } from './users.ts';
import { Violations } from './violations.ts';

/** Between two lines that tell how it goes, in ms. */
const TELLING = 15_000;

/** For how long an agent may look for a database that went away, in ms, and say so. */
const SEARCHING = 20_000;

type Tell = (line: string) => void;

/**
 * Runs HaaS whole, with users who do everything at random, switches that misbehave, and processes that are killed, and then looks whether
 * all that was promised was kept. Answers how many violations there were; none when `stopped` aborts before the end, which then comes at once.
 */
export async function soak(options: SoakOptions, tell: Tell, stopped: AbortSignal): Promise<number> {
  const { seconds, seed, nodes, switches, users } = options;
  tell(`seed ${seed}: ${seconds} s, ${nodes} nodes, ${switches} switches, ${users} users`);
  const violations = new Violations();
  const random = new Random(seed);
  let watch: PortWatch | undefined;
  const rack = await startRack(nodes, switches, (name) => watch?.look(name));
  let house: House | undefined;
  try {
    house = await openHouse(violations);
    const { database, hosts } = house;
    const [host = ''] = hosts;
    const evidence = { sql: database.sql, host, rack, violations };
    await keepHistory(database.sql);
    const projects = makeProjects(nodes);
    const people = makeUsers(users, projects, random.named('users'));
    const begun = Date.now();
    await register(database, arranging(host), rack, projects, people);
    await quiesce(evidence);
    await checkSwitches(evidence);
    tell(`registered in ${Math.round((Date.now() - begun) / 1000)} s; logs are in ${house.folder}`);
    if (stopped.aborted) return 0;
    watch = new PortWatch(rack);
    await live(options, house, rack, { projects, people, random, evidence, watch }, tell, stopped);
    return violations.count;
  } finally {
    await Promise.all([rack.close(), house?.close(violations.count > 0)]);
  }
}

interface Cast {
  readonly projects: readonly string[];
  readonly people: readonly User[];
  readonly random: Random;
  readonly evidence: Evidence;
  readonly watch: PortWatch;
}

async function live(
  { seconds }: SoakOptions,
  house: House,
  rack: Rack,
  { projects, people, random, evidence, watch }: Cast,
  tell: Tell,
  stopped: AbortSignal,
): Promise<void> {
  const { violations } = evidence;
  const run: Run = {
    hosts: house.hosts,
    tally: new Tally(),
    violations,
    disturbances: new Disturbances(),
    accepted: [],
    promised: [],
    retries: 0,
    requests: 0,
  };
  const [faults, kills] = [new Tally(), new Tally()];
  const memory = new Memory();
  const milliseconds = seconds * 1000;
  // Not AbortSignal.any of AbortSignal.timeout, which Node.js may collect before its time has come.
  const ending = new AbortController();
  const over = ending.signal;
  const timer = setTimeout(() => ending.abort(), milliseconds);
  stopped.addEventListener('abort', () => ending.abort());
  const begun = Date.now();
  const telling = setInterval(() => {
    const after = Math.round((Date.now() - begun) / 1000);
    const told = `${run.tally.total} operations, ${run.retries} retries, ${faults.total} faults, ${kills.total} ends of processes`;
    tell(`${after} s: ${told}, ${violations.count} violations`);
  }, TELLING);
  // A disturbance that has begun is finished, so that there is somebody to ask at the end.
  await Promise.all([
    ...people.map((user) => {
      const client = new Client(run, random.named(`requests of ${user.name}`), basic(user));
      return behave(user, client, random.named(user.name), rack, projects, over);
    }),
    misbehave(rack, random.named('faults'), faults, over),
    kill(house, milliseconds, random.named('kills'), run.disturbances, kills, over),
    memory.watch([...house.apis, ...house.agents], over),
  ]).finally(() => {
    clearInterval(telling);
    clearTimeout(timer);
  });
  const elapsed = (Date.now() - begun) / 1000;
  if (stopped.aborted) return;

  tell('everything comes to rest');
  const checked = await checkAll(evidence, watch, run);
  for (const line of await errorsLogged(house.folder, (moment) => run.disturbances.within(moment - SEARCHING, moment))) {
    violations.add('a process logged an error', line);
  }
  tell('\noperations, and how they ended');
  for (const line of run.tally.lines()) tell(line);
  tell('\nfaults of switches');
  for (const line of faults.lines()) tell(line);
  tell('\nends of processes');
  for (const line of kills.lines()) tell(line);
  tell('\nactions');
  for (const line of checked.actions) tell(line);
  tell('\nmemory');
  for (const line of memory.lines()) tell(line);
  const { moments, entries, suspects } = checked;
  tell(
    `\n${run.tally.total} operations in ${Math.round(elapsed)} s, ${Math.round(run.tally.total / elapsed)} a second; ${run.retries} requests sent again`,
  );
  tell(`${moments} moments looked at; ${entries} entries of the audit; ${suspects} ports were suspect in the end`);
  tell(`violations: ${violations.count === 0 ? 'none' : violations.count}`);
  for (const line of violations.lines()) tell(line);
}

const ended = z.array(z.object({ kind: z.string(), status: z.string(), reason: z.string().nullable(), count: z.int() }));

/** Looks at everything that was promised, first as it is, then with what is suspect brought back, then with nothing left. */
async function checkAll(evidence: Evidence, watch: PortWatch, run: Run) {
  const { sql, violations } = evidence;
  await quiesce(evidence);
  await checkRows(evidence);
  await checkPromises(evidence, run.promised);
  const suspects = await checkSwitches(evidence);
  const actions = ended.parse(
    await sql`
    select kind, status, reason, count(*)::int as count from commands group by 1, 2, 3 order by 1, 2, 3`,
  );
  await checkSuspects(evidence);
  await quiesce(evidence);
  await checkSwitches(evidence);
  await checkAudit(evidence, run.accepted);
  await clearTheTable(evidence);
  await checkSwitches(evidence);
  await checkRows(evidence);
  const entries = await checkAudit(evidence, run.accepted);
  const { moments } = await checkEachMoment(sql, watch, await limitsOf(sql), violations);
  return {
    suspects,
    entries,
    moments,
    actions: actions.map(
      ({ kind, status, reason, count }) => `  ${kind.padEnd(18)} ${[status, reason].filter(Boolean).join(' ')}: ${count}`,
    ),
  };
}

const limited = z.array(z.object({ id: z.coerce.number(), nodes: z.int().nullable(), networks: z.int().nullable() }));

async function limitsOf(sql: Evidence['sql']): Promise<Limits> {
  const rows = limited.parse(await sql`select id, max_nodes as nodes, max_networks as networks from projects`);
  return new Map(rows.map(({ id, ...limits }) => [id, limits]));
}
