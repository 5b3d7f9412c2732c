import { chmod, mkdtemp, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Cluster, ensureCluster } from '../../infra/postgres/cluster.ts';

/** What statfs calls a file system in memory. */
const TMPFS = 0x0102_1994;

/** A PostgreSQL server with default settings, on new data on a disk. */
export interface BenchServer {
  readonly cluster: Cluster;
  /** Stops the server and removes its data. */
  close(): Promise<void>;
}

/** Starts a server for this run alone. */
export async function openServer(): Promise<BenchServer> {
  // A flush to memory costs nothing, and it is what most of a command's time goes to.
  const onDisk = (await statfs(tmpdir())).type === TMPFS ? '/var/tmp' : tmpdir();
  const folder = await mkdtemp(join(onDisk, 'haas-bench-'));
  // PostgreSQL does not run as root, and whom root chooses must get through.
  await chmod(folder, 0o711);
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const cluster = await ensureCluster({ directory: join(folder, 'postgres') });
    return {
      cluster,
      async close() {
        await cluster.stop();
        // Where that user gets through even less, the data is elsewhere.
        if (!cluster.data.startsWith(folder)) await rm(dirname(cluster.data), { recursive: true, force: true });
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}
