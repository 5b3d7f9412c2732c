import { performance } from 'node:perf_hooks';
import { connect } from '../../db/client.ts';
import { claims } from './claims.ts';
import { consoles } from './consoles.ts';
import { importing } from './import.ts';
import { latency } from './latency.ts';
import { power } from './power.ts';
import { reads } from './reads.ts';
import { registration } from './registration.ts';
import { type BenchServer, openServer } from './server.ts';
import { sessions } from './sessions.ts';
import { Site } from './site.ts';
import { switches } from './switches.ts';

// npm run bench [-- name ...]: runs all benchmarks or those named, one after the other, and prints what they measured.
const benchmarks: Record<string, (site: Site) => Promise<void>> = {
  latency,
  switches,
  sessions,
  power,
  consoles,
  reads,
  registration,
  import: importing,
  claims,
};

let opening: Promise<BenchServer> | undefined;
let site: Site | undefined;
let closing: Promise<void> | undefined;

function close(): Promise<void> {
  closing ??= (async () => {
    await site?.close().catch((error: unknown) => process.stderr.write(`${String(error)}\n`));
    await (await opening)?.close();
  })();
  return closing;
}

async function run(names: readonly string[]): Promise<void> {
  const start = performance.now();
  opening = openServer();
  const server = await opening;
  for (const name of names) {
    if (closing) return;
    // What the last one left to be written must not be written in the time of this one.
    const admin = connect(server.cluster.url('postgres'), 'haas bench', 1);
    await admin`checkpoint`;
    await admin.end();
    site = await Site.open(server.cluster);
    await benchmarks[name]?.(site);
    await site.close();
  }
  process.stdout.write(`\n${Math.round((performance.now() - start) / 1000)} s in all\n`);
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    process.stderr.write('\nstopping ...\n');
    void close().finally(() => process.exit(130));
  });
}
// What is under way when it is called off fails, and nobody needs to know.
process.on('unhandledRejection', (error) => {
  if (closing) return;
  process.stderr.write(`${String(error)}\n`);
  void close().finally(() => process.exit(1));
});

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in benchmarks));
if (unknown.length > 0) {
  process.stderr.write(`there is no benchmark ${unknown.join(', ')}: the names are ${Object.keys(benchmarks).join(', ')}\n`);
  process.exit(2);
}
try {
  await run(asked.length > 0 ? asked : Object.keys(benchmarks));
} catch (error) {
  if (!closing) {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exitCode = 1;
  }
} finally {
  await close();
}
