import { setTimeout as delay } from 'node:timers/promises';
import { execa } from 'execa';
import type { Restartable } from './processes.ts';

/** Between two looks, in ms. */
const INTERVAL = 2000;
/** How long a process may take to come to what it needs, in ms: what it grows until then is no leak. */
const WARMING = 30_000;

interface Sample {
  readonly at: number;
  readonly mebibytes: number;
}

/** Measures what each process has of the machine's memory, over time. */
export class Memory {
  readonly #samples = new Map<string, Sample[]>();

  /** Measures until the run is over. */
  async watch(processes: readonly Restartable[], over: AbortSignal): Promise<void> {
    while (!over.aborted) {
      await Promise.all(
        processes.map(async ({ pid, instance }) => {
          if (pid !== undefined) await this.#measure(instance, pid);
        }),
      );
      await this.#measure('the soak itself', process.pid);
      await delay(INTERVAL, undefined, { signal: over }).catch(() => {});
    }
  }

  async #measure(name: string, pid: number): Promise<void> {
    const { stdout, failed } = await execa('ps', ['-o', 'rss=', '-p', String(pid)], { reject: false });
    // It may have ended meanwhile.
    if (failed) return;
    const samples = this.#samples.get(name) ?? [];
    samples.push({ at: Date.now(), mebibytes: Number(stdout) / 1024 });
    this.#samples.set(name, samples);
  }

  /** A line for each process that lived longer than it takes to warm up: at first, at last, and how fast it grew in between. */
  lines(): string[] {
    return [...this.#samples].flatMap(([name, samples]) => {
      const begin = (samples[0]?.at ?? 0) + WARMING;
      const warm = samples.filter(({ at }) => at >= begin);
      const [first, last] = [warm[0], warm.at(-1)];
      if (!first || !last || warm.length < 5) return [];
      const seconds = Math.round((last.at - first.at) / 1000);
      const [from, to] = [first, last].map(({ mebibytes }) => mebibytes.toFixed(0));
      return `  ${name.padEnd(20)} first ${from} MiB, last ${to} MiB, slope ${(slope(warm) * 60_000).toFixed(2)} MiB a minute over ${seconds} s`;
    });
  }
}

/** The slope of the straight line that is nearest to all samples, in MiB a millisecond. */
function slope(samples: readonly Sample[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [at, height] = [mean(samples.map((each) => each.at)), mean(samples.map(({ mebibytes }) => mebibytes))];
  const above = samples.reduce((sum, each) => sum + (each.at - at) * (each.mebibytes - height), 0);
  const below = samples.reduce((sum, each) => sum + (each.at - at) ** 2, 0);
  return below === 0 ? 0 : above / below;
}
