import { once } from 'node:events';
import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { agentLogin } from '../../db/roles.ts';
import { ensureApiKeys, ensurePrivateFolder, ensureSealingKeys, trustedKeys, writePinnedKeys } from '../../infra/keys.ts';
import { SoakDatabase } from './database.ts';
import { Restartable } from './processes.ts';
import type { Violations } from './violations.ts';

const AGENT = 'rack-1';
/** The level of an error in a log. */
const ERROR = 50;

/** Shorter waits than usual, so that more happens in the same time. Milliseconds. */
const TIMING = {
  ...{ lease: 3000, grace: 500, margin: 750, databaseSilence: 1500, idle: 2000, poll: 1000, beat: 1000 },
  ...{ saveAfter: 200, saveAtLatest: 3000 },
  backOff: { first: 200, last: 2000 },
  bmc: { look: 100, dark: 100, settle: 2000, doubt: 3000 },
};

/** Of VLANs there are too few, so that they change hands. */
const VLANS = '100-129';
/** Seconds after which nobody carries out a command any more. */
const LIFETIME = 20;

/** HaaS as it runs: a PostgreSQL server, two API hosts, and two processes of one agent. */
export interface House {
  readonly folder: string;
  readonly database: SoakDatabase;
  readonly hosts: readonly string[];
  readonly apis: readonly Restartable[];
  readonly agents: readonly Restartable[];
  /** Ends everything. What it leaves below `folder` is logs, if they are to be kept. */
  close(keepsLogs: boolean): Promise<void>;
}

/** Starts a house without anything in it. `commandLifetime` of what is ordered is short. */
export async function openHouse(violations: Violations): Promise<House> {
  const folder = await mkdtemp(join(tmpdir(), 'haas-soak-'));
  // PostgreSQL does not run as root, and whom root chooses must get through.
  await chmod(folder, 0o711);
  const undo: (() => Promise<unknown>)[] = [];
  const close = async (keepsLogs: boolean) => {
    for (let next = undo.pop(); next; next = undo.pop()) await next();
    await rm(keepsLogs ? join(folder, 'postgres') : folder, { recursive: true, force: true });
  };
  try {
    const database = await SoakDatabase.open(folder, AGENT);
    undo.push(() => database.close());
    const keyFile = join(folder, 'keys.json');
    const keys = await ensureApiKeys(keyFile);
    const stateDir = join(folder, 'agent');
    await ensurePrivateFolder(stateDir);
    const [sealing] = await ensureSealingKeys(stateDir);
    await writePinnedKeys(stateDir, { ...trustedKeys(keys), agent: AGENT });
    const publicKey = { kty: 'OKP', crv: 'X25519', x: sealing?.x ?? '' };
    await database.sql`
      insert into agents (label, login, public_key) values (${AGENT}, ${agentLogin(AGENT)}, ${database.sql.json(publicKey)})`;

    const onDeath = (how: string) => violations.add('a process died', how);
    const hosts = await Promise.all([1, 2].map(freeAddress));
    const apis = hosts.map(
      (address, index) =>
        new Restartable({
          name: `api-${index + 1}`,
          file: 'infra/hosts/node.ts',
          env: {
            DATABASE_URL: database.apiUrl,
            HAAS_KEY_FILE: keyFile,
            HAAS_LISTEN: address,
            HAAS_VLANS: VLANS,
            HAAS_COMMAND_LIFETIME: String(LIFETIME),
            HAAS_LOG_LEVEL: 'warn',
          },
          folder,
          isReady: () =>
            fetch(`http://${address}/readyz`).then(
              ({ ok }) => ok,
              () => false,
            ),
          onDeath,
        }),
    );
    const agents = [1, 2].map(
      (number) =>
        new Restartable({
          name: `agent-${number}`,
          file: 'test/support/mortal-agent.ts',
          env: {
            HAAS_AGENT_URL: database.agentUrl,
            HAAS_AGENT_STATE_DIR: stateDir,
            HAAS_LOG_LEVEL: 'warn',
            TIMING: JSON.stringify(TIMING),
          },
          folder,
          isReady: async (printed) => (await printed()).includes('ready\n'),
          onDeath,
        }),
    );
    const all = [...apis, ...agents];
    undo.push(() => Promise.all(all.map((each) => each.end('SIGTERM'))));
    await Promise.all(all.map((each) => each.start()));
    return { folder, database, hosts: hosts.map((address) => `http://${address}`), apis, agents, close };
  } catch (error) {
    await close(true);
    throw error;
  }
}

const address = z.object({ port: z.int() });

/** An address that nobody listens on: a host that is started again has it again. */
async function freeAddress(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = address.parse(server.address());
  server.close();
  await once(server, 'close');
  return `127.0.0.1:${port}`;
}

/** How each line of a log begins. A process that was killed may have left the last one unfinished. */
const logged = /^\{"level":(\d+),"time":(\d+),/;

/** What the processes have logged as errors, but for what `isOwed` says of the moment. */
export async function errorsLogged(folder: string, isOwed: (moment: number) => boolean): Promise<string[]> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.log'));
  const lines = await Promise.all(files.map(async (name) => (await readFile(join(folder, name), 'utf8')).split('\n')));
  return lines.flat().filter((line) => {
    const [, level, time] = logged.exec(line) ?? [];
    return Number(level) >= ERROR && !isOwed(Number(time));
  });
}
