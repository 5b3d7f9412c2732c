import { performance } from 'node:perf_hooks';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry, register } from 'prom-client';
import type { Claim, CommandRow } from '../db/commands/claim.ts';
import { commandKinds, isCommandKind } from '../db/commands/kinds.ts';
import { doubtReasons, failureReasons, type Outcome, refusalReasons } from '../db/commands/outcome.ts';

/** Upper bounds of what is told apart of times, in seconds. A command is signed with whole seconds, so less than one is not told of a wait. */
const WAITS = [1, 2, 3, 5, 10, 30, 60, 120, 300, 900];
const WORKS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900];
/** What stands for whatever is in no closed list. */
const OTHER = 'other';

// Of the process, in the registry of the library: memory, CPU time, delays of the event loop.
if (!register.getSingleMetric('process_start_time_seconds')) collectDefaultMetrics();

const outcomes = ['done', 'failed', 'refused', 'unknown'] as const satisfies readonly Outcome['status'][];

/** What an agent knows of itself when it is asked. */
export interface AgentState {
  /** The devices that it holds, by kind: `switch`, `bmc`, `headnode`, `console`, `headnode-console`. */
  readonly held: readonly string[];
  /** Commands that it has taken and done nothing about. */
  readonly waiting: number;
  readonly databaseUp: boolean;
  /** How many keys are trusted; 0 while that cannot be read. */
  readonly trustedKeys: number;
}

/** What is measured of one agent process, for Prometheus. Each method counts what its name says. */
export class Measures {
  readonly #registry = new Registry();
  readonly #counter = <L extends string>(name: string, help: string, labelNames: readonly L[] = []) =>
    new Counter({ name, help, labelNames, registers: [this.#registry] });
  readonly #gauge = <L extends string>(name: string, help: string, labelNames: readonly L[] = []) =>
    new Gauge({ name, help, labelNames, registers: [this.#registry] });

  readonly #info = this.#gauge('haas_agent_info', 'The name and version of this agent', ['agent', 'version']);
  readonly #clock = this.#gauge(
    'haas_agent_clock_difference_seconds',
    "By how much this host's clock is ahead of the database's; negative: behind",
  );
  readonly #sessionsOpen = this.#gauge('haas_agent_sessions_open', 'Sessions with devices that are open, by type of device', [
    'type',
  ]);
  readonly #sessions = this.#counter('haas_agent_sessions_total', 'Sessions with devices that were opened, by type of device', [
    'type',
  ]);
  readonly #sessionFailures = this.#counter(
    'haas_agent_session_failures_total',
    'Sessions that could not be opened (of BMCs and hosts of headnodes: that failed), by type of device and fault',
    ['type', 'fault'],
  );
  readonly #claims = this.#counter('haas_agent_claims_total', 'Devices that were taken to work on them, by kind', ['kind']);
  readonly #leasesLost = this.#counter('haas_agent_leases_lost_total', 'Devices that were let go in the middle of their work');
  readonly #ended = this.#counter('haas_agent_commands_total', 'Commands that ended, by kind and outcome', ['kind', 'outcome']);
  readonly #refused = this.#counter('haas_agent_refusals_total', 'Commands that were no orders, or forbidden, by reason', [
    'reason',
  ]);
  readonly #failed = this.#counter('haas_agent_failures_total', 'Commands that failed, or whose outcome is unknown, by reason', [
    'reason',
  ]);
  readonly #waits = new Histogram({
    name: 'haas_agent_command_wait_seconds',
    help: 'How long commands waited from being signed, in whole seconds of the clock of the API host, until they were taken',
    buckets: WAITS,
    registers: [this.#registry],
  });
  readonly #works = new Histogram({
    name: 'haas_agent_command_duration_seconds',
    help: 'How long commands took from being taken until the database knew how they ended, by kind of device',
    labelNames: ['kind'],
    buckets: WORKS,
    registers: [this.#registry],
  });
  readonly #restores = this.#counter('haas_agent_restores_total', 'Times that the state of before was written to a port again');
  readonly #saveFailures = this.#counter(
    'haas_agent_save_failures_total',
    'Configurations that a switch did not save when told to',
  );
  readonly #journalFailures = this.#counter(
    'haas_agent_journal_failures_total',
    'Times that the journal could not be read or written',
  );
  /** When the commands of a held device were taken, on the clock of `performance.now()`. */
  readonly #taken = new WeakMap<Claim, Map<string, number>>();

  /** `state` is asked each time that somebody reads the metrics. */
  constructor(state: () => AgentState) {
    const registers = [this.#registry];
    for (const reason of Object.keys(refusalReasons)) this.#refused.inc({ reason }, 0);
    for (const reason of Object.keys({ ...failureReasons, ...doubtReasons })) this.#failed.inc({ reason }, 0);
    for (const kind of Object.keys(commandKinds)) for (const outcome of outcomes) this.#ended.inc({ kind, outcome }, 0);
    const gauge = (name: string, help: string, value: (state: AgentState) => number) =>
      new Gauge({
        name,
        help,
        registers,
        collect() {
          this.set(value(state()));
        },
      });
    gauge('haas_agent_database_up', 'Whether the database answered when it was asked last', ({ databaseUp }) =>
      Number(databaseUp),
    );
    gauge('haas_agent_trusted_keys', 'Keys whose orders are taken; 0: they cannot be read', ({ trustedKeys }) => trustedKeys);
    gauge('haas_agent_commands_waiting', 'Commands that were taken, and of which nothing was sent', ({ waiting }) => waiting);
    new Gauge({
      name: 'haas_agent_devices_held',
      help: 'Devices that are held, by kind; a console is, for as long as it is open',
      labelNames: ['kind'],
      registers,
      collect() {
        this.reset();
        for (const device of state().held) this.inc({ kind: kindOf(device) });
      },
    });
  }

  /** The text that Prometheus reads, and its type. */
  async text(): Promise<{ readonly type: string; readonly text: string }> {
    const all = Registry.merge([this.#registry, register]);
    return { type: all.contentType, text: await all.metrics() };
  }

  /** Who this is. */
  known(agent: string, version: string): void {
    this.#info.set({ agent, version }, 1);
  }

  clockDiffers(seconds: number): void {
    this.#clock.set(seconds);
  }

  /** A session with a device was opened; answers what is to be called when it ends. */
  sessionOpened(type: string): () => void {
    this.#sessions.inc({ type });
    this.#sessionsOpen.inc({ type });
    let isOpen = true;
    return () => {
      if (isOpen) this.#sessionsOpen.dec({ type });
      isOpen = false;
    };
  }

  sessionFailed(type: string, fault: string): void {
    this.#sessionFailures.inc({ type, fault });
  }

  claimed({ device }: Pick<Claim, 'device'>): void {
    this.#claims.inc({ kind: kindOf(device) });
  }

  leaseLost(): void {
    this.#leasesLost.inc();
  }

  /** Commands of a held device were taken. */
  taken(held: Claim, rows: readonly Pick<CommandRow, 'id'>[]): void {
    const times = this.#taken.get(held) ?? new Map<string, number>();
    this.#taken.set(held, times);
    for (const { id } of rows) times.set(id, performance.now());
  }

  /** A command was taken for the first time, so many seconds after it was signed. */
  waited(seconds: number): void {
    this.#waits.observe(Math.max(0, seconds));
  }

  ended(kind: string, outcome: Outcome): void {
    this.#ended.inc({ kind: isCommandKind(kind) ? kind : OTHER, outcome: outcome.status });
    if (outcome.status === 'refused') this.#refused.inc({ reason: outcome.reason });
    else if (outcome.status !== 'done') this.#failed.inc({ reason: outcome.reason });
  }

  /** The database knows how these commands ended. */
  settled(held: Claim, ids: readonly string[]): void {
    const times = this.#taken.get(held);
    for (const id of ids) {
      const since = times?.get(id);
      if (since === undefined) continue;
      this.#works.observe({ kind: kindOf(held.device) }, (performance.now() - since) / 1000);
      times?.delete(id);
    }
  }

  restored(): void {
    this.#restores.inc();
  }

  saveFailed(): void {
    this.#saveFailures.inc();
  }

  journalFailed(): void {
    this.#journalFailures.inc();
  }
}

const kinds = new Set(['switch', 'bmc', 'headnode', 'console', 'headnode-console']);

/** `switch` of `switch/nexus-01`. */
function kindOf(device: string): string {
  const [kind = ''] = device.split('/', 1);
  return kinds.has(kind) ? kind : OTHER;
}
