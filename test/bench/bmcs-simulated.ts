import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getEachMessage, sendMessage } from 'execa';
import { z } from 'zod';
import { startBmcs } from '../../infra/rack/bmc/simulated-bmc.ts';

// Real BMC programs with machines that are on; says where they are, makes one of them fall silent, or has all print, when told to.
const folder = await mkdtemp(join(tmpdir(), 'haas-bench-bmcs-'));
process.once('exit', () => void rm(folder, { recursive: true, force: true }));
const password = process.env['BENCH_PASSWORD'] ?? '';
const bmcs = await startBmcs(Number(process.env['BENCH_BMCS']), { name: 'bmc', folder, password, power: 'on' });
await sendMessage({ ports: bmcs.map(({ port }) => port) });

const asked = z.union([z.object({ silence: z.int() }), z.object({ print: z.int() })]);
let printing: { stop(): string }[] = [];
for await (const message of getEachMessage()) {
  const question = asked.parse(message);
  if ('silence' in question) {
    const bmc = bmcs[question.silence];
    if (bmc) bmc.faults.silent = true;
    await sendMessage({ silent: question.silence });
  } else if (question.print > 0) {
    printing = bmcs.map(({ serial, name }) =>
      serial.printContinuously(question.print, (index) => `${name} line ${index} `.padEnd(78, '.')),
    );
    await sendMessage({ printing: true });
  } else {
    await sendMessage({ printed: printing.map((machine) => machine.stop()) });
  }
}
