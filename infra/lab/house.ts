import { createWriteStream } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { agentLogFile } from '../start/agent-process.ts';
import { LabError } from './lab-error.ts';
import { lastLines } from './wait.ts';

/** What `npm start` runs, as a process of its own. */
export interface House {
  readonly url: string;
  /** Of the user `admin`. */
  readonly password: string;
  /** The end of the agent's log. */
  agentLog(): Promise<string>;
  stop(): Promise<void>;
}

/** How the house is told to be. */
export interface HouseOptions {
  readonly folder: string;
  readonly password: string;
  /** As `HAAS_VLANS`. */
  readonly vlans: string;
  /** The agent's `vm-host.json`. */
  readonly vmHost: unknown;
}

/** Says that `npm start` has done all it does at the start. */
const READY = 'Ctrl-C stops everything';

/** Starts database, API and agent by what `npm start` runs, and waits until they are there. Throws LabError. */
export async function startHouse({ folder, password, vlans, vmHost }: HouseOptions): Promise<House> {
  const agentFolder = join(folder, 'agent');
  await mkdir(agentFolder, { recursive: true, mode: 0o700 });
  await writeFile(join(agentFolder, 'vm-host.json'), `${JSON.stringify(vmHost, null, 2)}\n`, { mode: 0o600 });
  const child = execa(process.execPath, ['--import', 'tsx', 'infra/start.ts'], {
    env: {
      HAAS_STATE_DIR: folder,
      HAAS_LISTEN: '127.0.0.1:5000',
      HAAS_RACK: 'none',
      HAAS_VLANS: vlans,
      HAAS_ADMIN_PASSWORD: password,
    },
    stdin: 'ignore',
    // Killed before its time it would leave its database running.
    forceKillAfterDelay: 30_000,
    all: true,
    buffer: false,
    reject: false,
  });
  child.all.pipe(createWriteStream(join(folder, 'start.log')));
  let said = '';
  const ready = await new Promise<boolean>((resolve) => {
    child.all.on('data', (bytes: Buffer) => {
      said += bytes.toString();
      if (said.includes(READY)) resolve(true);
    });
    void child.then(() => resolve(false));
  });
  if (!ready) throw new LabError(`HaaS does not start:\n${lastLines(said)}`);
  return {
    url: 'http://127.0.0.1:5000',
    password,
    agentLog: async () => lastLines(await readFile(agentLogFile(folder), 'utf8').catch(() => 'the agent wrote no log')),
    async stop() {
      child.kill('SIGTERM');
      await child;
    },
  };
}
