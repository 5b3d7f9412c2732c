import { Gauge, Registry } from 'prom-client';
import { commandKinds } from '../../db/commands/kinds.ts';
import { doubtReasons, failureReasons, refusalReasons } from '../../db/commands/outcome.ts';
import type { Vitals } from '../../db/queries/vitals.ts';

/** What stands for whatever is in no closed list. */
const OTHER = 'other';
const reasons = new Set(['', ...[refusalReasons, failureReasons, doubtReasons].flatMap((list) => Object.keys(list))]);

type Value = readonly [labels: Readonly<Record<string, string>>, value: number];

/** Metrics of what the database knows, as text: all API hosts of a deployment tell the same, but for the difference of their own clock. */
export function metricsOfVitals(vitals: Vitals): Promise<string> {
  const registry = new Registry();
  for (const { name, help, labels, values } of known) {
    const gauge = new Gauge({ name, help, labelNames: labels, registers: [registry] });
    for (const [of, value] of values(vitals)) gauge.inc(of, value);
  }
  return registry.metrics();
}

/** One metric: `values` are added up where their labels are the same. */
interface Known {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
  readonly values: (vitals: Vitals) => readonly Value[];
}

const single = (name: string, help: string, value: (vitals: Vitals) => number): Known => ({
  name,
  help,
  labels: [],
  values: (vitals) => [[{}, value(vitals)]],
});

const oldest = (things: readonly { readonly oldest: number }[]) => Math.max(0, ...things.map((thing) => thing.oldest));
const kindOf = (kind: string) => (Object.hasOwn(commandKinds, kind) ? kind : OTHER);

const known: readonly Known[] = [
  single(
    'haas_api_clock_difference_seconds',
    "By how much this host's clock is ahead of the database's; negative: behind",
    ({ clock }) => clock,
  ),
  {
    name: 'haas_commands',
    help: 'Commands that have not ended, by kind and state',
    labels: ['kind', 'status'],
    values: ({ commands }) => [
      ...Object.keys(commandKinds).flatMap((kind) => ['queued', 'running'].map((status): Value => [{ kind, status }, 0])),
      ...commands.map(({ kind, status, count }): Value => [{ kind: kindOf(kind), status }, count]),
    ],
  },
  single('haas_commands_oldest_seconds', 'Age of the oldest command that has not ended; 0: there is none', ({ commands }) =>
    oldest(commands),
  ),
  {
    name: 'haas_commands_ended',
    help: 'Commands that ended within the last 5 minutes, by how, and why where they were not done',
    labels: ['status', 'reason'],
    values: ({ ended }) =>
      ended.map(({ status, reason, count }) => [{ status, reason: reasons.has(reason) ? reason : OTHER }, count]),
  },
  {
    name: 'haas_device_backlog',
    help: 'Commands of a device that have not ended: of the 20 devices with most, if they have any',
    labels: ['device'],
    values: ({ backlogs }) => backlogs.map(({ device, count }) => [{ device }, count]),
  },
  single('haas_devices_with_backlog', 'Devices with commands that have not ended', ({ backlogs }) => backlogs[0]?.devices ?? 0),
  {
    name: 'haas_suspect_ports',
    help: 'Ports of which nobody can tell which networks they are on, by switch, if it has any',
    labels: ['switch'],
    values: ({ suspects }) => suspects.map((suspect) => [{ switch: suspect.switch }, suspect.count]),
  },
  single(
    'haas_suspect_ports_oldest_seconds',
    'For how long the one has been suspect that has been so for longest; 0: there is none',
    ({ suspects }) => oldest(suspects),
  ),
  {
    name: 'haas_unsaved_switch_seconds',
    help: 'For how long a switch has run what it does not start with, if it does',
    labels: ['switch'],
    values: ({ unsaved }) => unsaved.map((each) => [{ switch: each.switch }, each.age]),
  },
  {
    name: 'haas_vlans',
    help: 'VLANs of the pool: free, used by networks, reserved for switches, and suspect: perhaps on a port',
    labels: ['state'],
    values: ({ vlans }) => Object.entries(vlans).map(([state, count]) => [{ state }, count]),
  },
  {
    name: 'haas_nodes',
    help: 'Nodes: free, and reserved by projects',
    labels: ['state'],
    values: ({ nodes }) => Object.entries(nodes).map(([state, count]) => [{ state }, count]),
  },
  {
    name: 'haas_agents_up',
    help: 'Whether an agent was there within the last 40 seconds',
    labels: ['agent'],
    values: ({ agents }) => agents.map(({ agent, alive }) => [{ agent }, alive ? 1 : 0]),
  },
  {
    name: 'haas_agents_unseen_seconds',
    help: 'How long ago an agent was there last, if it ever was',
    labels: ['agent'],
    values: ({ agents }) => agents.flatMap(({ agent, unseen }) => (unseen === null ? [] : [[{ agent }, unseen]])),
  },
  {
    name: 'haas_agents_info',
    help: 'The version of an agent, as it told last',
    labels: ['agent', 'version'],
    values: ({ agents }) => agents.flatMap(({ agent, version }) => (version === null ? [] : [[{ agent, version }, 1]])),
  },
  {
    name: 'haas_agents_backlog',
    help: 'Commands of an agent that have not ended',
    labels: ['agent'],
    values: ({ agents }) => agents.map(({ agent, backlog }) => [{ agent }, backlog]),
  },
  single('haas_failed_logins', 'Logins that failed within the last 15 minutes', ({ failedLogins }) => failedLogins),
  {
    name: 'haas_consoles',
    help: 'Consoles that are to be held, by how it stands with their line',
    labels: ['state'],
    values: ({ consoles }) => [
      ...['opening', 'open', 'down'].map((state): Value => [{ state }, 0]),
      ...consoles.map(({ state, count }): Value => [{ state }, count]),
    ],
  },
  single('haas_audit_unchained', 'Entries of the audit that are not chained yet', ({ unchained }) => unchained.count),
  single(
    'haas_audit_unchained_oldest_seconds',
    'Age of the oldest of them; 0: there is none',
    ({ unchained }) => unchained.oldest ?? 0,
  ),
  {
    name: 'haas_database_connections',
    help: 'Connections to this database, by the program that has them',
    labels: ['program'],
    values: ({ connections }) => connections.map(({ program, count }) => [{ program }, count]),
  },
  single(
    'haas_database_connections_limit',
    "Connections that the database's server has in all",
    ({ connections }) => connections[0]?.most ?? 0,
  ),
];
