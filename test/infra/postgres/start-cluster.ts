// Run by cluster.test.ts as a process of its own: starts the cluster of a folder and leaves it running.
import { ensureCluster } from '../../../infra/postgres/cluster.ts';

const [directory = ''] = process.argv.slice(2);
const { adopted, pid, port, data } = await ensureCluster({ directory, durable: false });
process.stdout.write(JSON.stringify({ adopted, pid, port, data, uid: process.getuid?.() }));
