import type { Logger } from 'pino';
import type { Judge } from './admission.ts';
import type { Timing } from './config.ts';
import type { ConsoleMeans } from './console/open-console.ts';
import type { Database } from './database.ts';
import type { VmHostMeans } from './headnode-link.ts';
import type { Measures } from './measures.ts';
import type { LinkMeans } from './switch-link.ts';

/** What the workers of one process have in common. */
export interface WorkerMeans extends LinkMeans, ConsoleMeans, VmHostMeans {
  readonly database: Database;
  readonly judge: Judge;
  /** The deployment whose orders are taken, and whose journal is kept. Throws ConfigError while that is not known. */
  readonly issuer: () => string;
  /** Folder of the journals. */
  readonly journals: string;
  readonly timing: Timing;
  readonly log: Logger;
  readonly measures: Measures;
}

/** How many commands are taken at once. */
export const BATCH = 64;
