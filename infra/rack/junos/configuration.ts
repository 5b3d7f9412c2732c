import { z } from 'zod';
import type { ConfigurationModel } from '../simulated-device.ts';
import type { Statements } from './statements.ts';
import { portForwarding, vlansOf } from './switching.ts';

/** Commits one can roll back to, the active one included (CLI User Guide: `rollback 0` to `rollback 49`). */
const COMMITS_KEPT = 50;

/** Milliseconds since 1970. */
const moment = z.number();

const statementsSchema = z.array(z.array(z.string()));

const commitSchema = z.strictObject({
  at: moment,
  user: z.string(),
  /** How the user came: `cli`, or `other` for the switch itself. */
  client: z.string(),
  comment: z.string().nullable(),
  /** Minutes after which it is taken back unless confirmed; null for a commit that stays. It is not forgotten when it is confirmed. */
  confirmed: z.number().nullable(),
  statements: statementsSchema,
});

const configurationSchema = z.strictObject({
  /** The hardware there is. */
  ports: z.array(z.string()),
  /** The newest first, which is the active one. */
  commits: z.array(commitSchema).min(1).max(COMMITS_KEPT),
  /** What is to come back at some moment if nobody commits before; null if nothing is. */
  pending: z.strictObject({ deadline: moment, previous: statementsSchema }).nullable(),
});

/** One commit. */
export type Commit = z.infer<typeof commitSchema>;

/** What a switch with Junos keeps: its commits, the active one first. Candidates are not kept. */
export type Configuration = z.infer<typeof configurationSchema>;

/** A port as the factory sets it: switching, in the mode and VLAN there are by default. */
function factoryPort(name: string): string[][] {
  return [['interfaces', name, 'unit', '0', 'family', 'ethernet-switching', 'storm-control', 'default']];
}

/** What a switch with Junos keeps, and what it means to frames. Commits outlive a reboot; there is nothing to save. */
export const junosConfiguration: ConfigurationModel<Configuration> = {
  format: 'junos-1',
  schema: configurationSchema,
  savedAtOnce: true,
  fresh: (ports) => ({
    ports: [...ports],
    commits: [
      {
        at: Date.UTC(2026, 0, 5, 9, 30),
        user: 'root',
        client: 'other',
        comment: null,
        confirmed: null,
        statements: [
          ...ports.flatMap(factoryPort),
          ['forwarding-options', 'storm-control-profiles', 'default', 'all'],
          ['vlans', 'default', 'vlan-id', '1'],
        ],
      },
    ],
    pending: null,
  }),
  fitToPorts({ ports: known, commits, pending }, ports) {
    const gone = known.filter((name) => !ports.includes(name));
    const isLeft = ([first, name = '']: readonly string[]) => first !== 'interfaces' || !gone.includes(name);
    const added = ports.filter((name) => !known.includes(name)).flatMap(factoryPort);
    const fitted = (statements: string[][]) => [...statements.filter(isLeft), ...added];
    return {
      ports: [...ports],
      commits: commits.map((commit) => ({ ...commit, statements: fitted(commit.statements) })),
      pending: pending && { ...pending, previous: fitted(pending.previous) },
    };
  },
  port(configuration, name) {
    return configuration.ports.includes(name) ? portForwarding(activeStatements(configuration), name) : null;
  },
  vlans(configuration) {
    return [...new Set(vlansOf(activeStatements(configuration)).flatMap(({ id }) => id ?? []))].sort((a, b) => a - b);
  },
};

/** The active configuration at this moment. */
export function activeStatements(configuration: Configuration): Statements {
  return settled(configuration).commits[0]?.statements ?? [];
}

/**
 * The configuration as it is by now: a confirmed commit whose time is over has been taken back, by a commit of the switch's own.
 * No timer does that. Whoever looks, looks through this, so that nobody sees a moment too late.
 */
export function settled(configuration: Configuration, now = Date.now()): Configuration {
  const { pending } = configuration;
  if (pending === null || now < pending.deadline) return configuration;
  const rollback = { at: pending.deadline, user: 'root', client: 'other', comment: null, confirmed: null };
  return committed({ ...configuration, pending: null }, { ...rollback, statements: pending.previous });
}

/** The configuration after one more commit, which also confirms one that is pending. */
export function committed(configuration: Configuration, commit: Commit): Configuration {
  return { ...configuration, commits: [commit, ...configuration.commits].slice(0, COMMITS_KEPT), pending: null };
}
