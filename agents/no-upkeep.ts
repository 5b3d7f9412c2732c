import type { Upkeep } from './craft.ts';
import type { Trade } from './task.ts';

/** The upkeep of devices that keep what they were told by themselves. */
export function noUpkeep<T extends Trade>(): Upkeep<T> {
  return {
    dirty: false,
    pending: false,
    async opened() {},
    begin(journal, tasks) {
      journal.begin(
        tasks.map(({ begun }) => begun),
        null,
      );
    },
    mark() {},
    due: () => undefined,
    save: async () => true,
    forget() {},
  };
}
