import { performance } from 'node:perf_hooks';

/** A reading that takes longer is waited for by nobody, in ms, and after this long another one is begun. */
const PATIENCE = 4_000;
const ABANDONED = 30_000;

/**
 * Reads something at most once in `interval` ms, however many ask: they share what was read last, or is being read. Where a reading fails
 * or takes too long, whoever asked is told so: it rejects.
 */
export function sharedReading<T>(interval: number, read: () => Promise<T>): () => Promise<T> {
  let last: { readonly reading: Promise<T>; readonly since: number; isOver: boolean } | undefined;
  return async () => {
    const now = performance.now();
    if (!last || now - last.since > (last.isOver ? interval : ABANDONED)) {
      const begun = { reading: read(), since: now, isOver: false };
      const end = () => {
        begun.isOver = true;
      };
      begun.reading.then(end, end);
      last = begun;
    }
    const { reading } = last;
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`there was no answer within ${PATIENCE} ms`)), PATIENCE);
    });
    try {
      return await Promise.race([reading, tooLate]);
    } finally {
      clearTimeout(timer);
    }
  };
}
