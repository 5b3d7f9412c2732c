import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { SealingKey } from '../db/commands/seal.ts';
import type { ListenAddress } from './monitoring.ts';
import { type Policy, readPolicy } from './policy.ts';
import { ConfigError, demandPrivate } from './private-file.ts';
import { watchSealingKeys } from './sealing-keys.ts';
import { type Trust, watchTrust } from './trust.ts';
import { readVmHostConfig, type VmHostConfig } from './vm-host-config.ts';

const environment = z.object({
  HAAS_AGENT_URL: z.url({ protocol: /^postgres(ql)?$/, error: "must be the Postgres URL of the agent's login" }),
  HAAS_AGENT_STATE_DIR: z.string({ error: "must name the folder of the agent's keys and journal" }).min(1),
  HAAS_AGENT_LEASE_SECONDS: z.coerce
    .number({ error: 'must be a number of seconds, 1 to 3600' })
    .min(1, 'must be at least 1 second')
    .max(3600, 'must be at most 3600 seconds')
    .default(30),
  HAAS_AGENT_METRICS_LISTEN: z
    .string()
    .transform((text, context) => {
      const [, v6, name, port] = /^(?:\[([\da-fA-F:]+)\]|([\w.-]+)):(\d{1,5})$/.exec(text) ?? [];
      const hostname = v6 ?? name;
      if (hostname !== undefined && Number(port) <= 65_535) return { hostname, port: Number(port) };
      context.addIssue({ code: 'custom', message: 'must be an address such as 127.0.0.1:9101' });
      return z.NEVER;
    })
    .optional(),
  HAAS_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
});

/** What an agent needs to know. Durations in milliseconds. */
export interface AgentConfig {
  /** Postgres URL of the agent's login. */
  readonly url: string;
  /** Holds the keys, the journal and the locks; shared by all processes of the agent, which run on one host. */
  readonly stateDir: string;
  /** The keys to which credentials were sealed, newest first; reads the file again after a change. Throws ConfigError while it is unreadable. */
  readonly sealingKeys: () => readonly SealingKey[];
  /** Whose orders are taken; reads the file again after a change. Throws ConfigError while it is unreadable. */
  readonly trust: () => Trust;
  readonly policy: Policy;
  /** The host of headnodes; null: there is none here. */
  readonly vmHost: VmHostConfig | null;
  /** Where it tells whoever asks how it does; undefined: nowhere. */
  readonly monitoring: ListenAddress | undefined;
  readonly logLevel: z.output<typeof environment>['HAAS_LOG_LEVEL'];
  readonly timing: Timing;
}

/** How long the agent waits for what. Milliseconds. */
export interface Timing {
  /** How long a device is held without renewal. */
  readonly lease: number;
  /** How long a successor waits beyond the lease. */
  readonly grace: number;
  /** How long before the end of the lease the holder lets go, whatever it is doing. */
  readonly margin: number;
  /** Waits before the first, second, third attempt to open a session for a command of which nothing was sent yet. */
  readonly open: readonly number[];
  /** Back-off of a command whose device is in doubt: doubled from `first` up to `last`. */
  readonly backOff: { readonly first: number; readonly last: number };
  readonly bmc: BmcWaits;
  readonly console: ConsoleWaits;
  readonly headnode: HeadnodeWaits;
  /** How long a session and its device are kept without work. */
  readonly idle: number;
  /** How long the queue must have been dry before a changed configuration is saved; while it never dries, `saveAtLatest`. */
  readonly saveAfter: number;
  readonly saveAtLatest: number;
  /** The net below NOTIFY. */
  readonly poll: number;
  /** How often the database hears that this process lives. */
  readonly beat: number;
  /** How often the templates for headnodes are read again. */
  readonly templates: number;
  /** How often what is sealed to older keys is looked for. */
  readonly resealing: number;
  /** How long an answer of the database is waited for before its connections are given up. */
  readonly databaseSilence: number;
  /** How long begun work may take to finish when the agent is stopped. */
  readonly stop: number;
}

/** How long a BMC is waited for. Milliseconds. */
export interface BmcWaits {
  /** Between two looks at what a machine does. */
  readonly look: number;
  /** How long a machine is left without power in a power cycle. */
  readonly dark: number;
  /** How long a machine may take to do what its BMC has taken. */
  readonly settle: number;
  /** How long a BMC that cannot tell is asked again, before the outcome is unknown. */
  readonly doubt: number;
}

/** How long a serial console is waited for; between two openings, see `backOff`. Milliseconds. */
interface ConsoleWaits {
  /** How long an opening may take. */
  readonly opening: number;
  /** How long what a console says that was just opened for the first time may have been printed before, and is not kept. */
  readonly heldBack: number;
  /** For how long a console that says nothing is believed to be ours. */
  readonly quiet: number;
  /** How long keystrokes wait for a console that is being opened, and may take. */
  readonly typing: number;
}

/** How long a host of virtual machines is waited for. Milliseconds. */
export interface HeadnodeWaits {
  /** Between two tries. */
  readonly look: number;
  /** How long a host that cannot tell is asked again, before the outcome is unknown. */
  readonly doubt: number;
}

/** The usual waits for a lease of so many seconds. */
export function timingFor(leaseSeconds: number): Timing {
  const lease = leaseSeconds * 1000;
  return {
    lease,
    grace: 5000,
    margin: Math.min(5000, lease / 4),
    open: [0, 1000, 3000],
    backOff: { first: 1000, last: 30_000 },
    bmc: { look: 500, dark: 2000, settle: 15_000, doubt: 60_000 },
    console: { opening: 30_000, heldBack: 1000, quiet: 15_000, typing: 10_000 },
    headnode: { look: 500, doubt: 60_000 },
    idle: 2000,
    saveAfter: 200,
    saveAtLatest: 60_000,
    poll: 5000,
    beat: 10_000,
    templates: 60_000,
    resealing: 60_000,
    databaseSilence: Math.min(10_000, lease / 2),
    stop: 10_000,
  };
}

/** Reads the configuration from an environment and the files it names. Throws ConfigError, which names what is wrong and the remedy. */
export function readConfig(env: Record<string, string | undefined>): AgentConfig {
  const parsed = environment.safeParse(env);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new ConfigError(`${issue?.path.join('.')} ${issue?.message ?? 'is wrong'}`);
  }
  const { HAAS_AGENT_URL: url, HAAS_AGENT_STATE_DIR: stateDir, HAAS_AGENT_LEASE_SECONDS: lease } = parsed.data;
  demandPrivate(stateDir);
  for (const folder of ['journal', 'locks']) mkdirSync(join(stateDir, folder), { recursive: true, mode: 0o700 });

  const sealingKeys = watchSealingKeys(join(stateDir, 'sealing-keys.json'));
  sealingKeys();
  const trust = watchTrust(join(stateDir, 'trusted-keys.json'));
  trust();
  return {
    url,
    stateDir,
    sealingKeys,
    trust,
    policy: readPolicy(join(stateDir, 'policy.json')),
    vmHost: readVmHostConfig(stateDir),
    monitoring: parsed.data.HAAS_AGENT_METRICS_LISTEN,
    logLevel: parsed.data.HAAS_LOG_LEVEL,
    timing: timingFor(lease),
  };
}
