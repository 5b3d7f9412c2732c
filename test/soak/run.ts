import { readOptions } from './options.ts';
import { soak } from './soak.ts';

// npm run soak: HAAS with everything that can go wrong, for a while. Exit code 1: something happened that never should.
const over = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    process.stderr.write('\nstopping ...\n');
    process.exitCode = 130;
    over.abort();
  });
}
try {
  const violations = await soak(readOptions(process.env), (line) => process.stdout.write(`${line}\n`), over.signal);
  if (violations > 0) process.exitCode = 1;
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 1;
}
process.exit();
