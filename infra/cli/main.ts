import { run } from './run.ts';

// Whoever reads the output may have seen enough (`haas ... | head`).
process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => process.exit(code === 'EPIPE' ? 0 : 1));

process.exitCode = await run(process.argv.slice(2), process);
// What is left of the input keeps nobody waiting.
process.stdin.destroy();
