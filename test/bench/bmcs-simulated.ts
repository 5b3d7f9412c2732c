import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getEachMessage, sendMessage } from 'execa';
import { z } from 'zod';
import { startBmcs } from '../../infra/rack/bmc/simulated-bmc.ts';

// Real BMC programs with machines that are on; says where they are, and makes one of them fall silent when told to.
const folder = await mkdtemp(join(tmpdir(), 'haas-bench-bmcs-'));
process.once('exit', () => void rm(folder, { recursive: true, force: true }));
const password = process.env['BENCH_PASSWORD'] ?? '';
const bmcs = await startBmcs(Number(process.env['BENCH_BMCS']), { name: 'bmc', folder, password, power: 'on' });
await sendMessage({ ports: bmcs.map(({ port }) => port) });

for await (const message of getEachMessage()) {
  const { silence } = z.object({ silence: z.int() }).parse(message);
  const bmc = bmcs[silence];
  if (bmc) bmc.faults.silent = true;
  await sendMessage({ silent: silence });
}
