import { type DestinationStream, destination } from 'pino';

/**
 * Where an API host logs: standard output, or a file that only its owner can read. A line costs a system call, which is a tenth of
 * a small request: lines are written a page at a time, and once a second.
 */
export function openLog(file?: string): DestinationStream {
  return destination({
    ...(file === undefined ? {} : { dest: file, mode: 0o600 }),
    sync: false,
    minLength: 4096,
    periodicFlush: 1_000,
  });
}
