import { run } from './run.ts';

// Whoever reads the output may have seen enough (`haas ... | head`).
process.stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
  if (code !== 'EPIPE') process.stderr.write(`haas: the output cannot be written: ${message}\n`);
  process.exit(code === 'EPIPE' ? 0 : 1);
});
// Where nobody hears what is wrong, the exit code still tells.
process.stderr.on('error', () => {});

process.exitCode = await run(process.argv.slice(2), process);
// What is left of the input keeps nobody waiting.
process.stdin.destroy();
