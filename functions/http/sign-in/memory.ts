/** How long what is remembered is believed without asking again, in ms. Only while the database tells of every change. */
export const BELIEVED_FOR = 2_000;
const REMEMBERED = 10_000;

/** What the database said of users, kept for a short while. */
export interface Memory {
  /** Loads by a key what is not remembered, or whatever is wanted `anew`; what there is not is never remembered. */
  remembering<V extends object>(
    load: (key: string) => Promise<V | undefined>,
  ): (key: string, anew?: boolean) => Promise<V | undefined>;
  /** Something was changed, by this process or another. */
  forget(): void;
  /** Says whether the database tells of changes now. While it does not, every request asks it. */
  told(listening: boolean): void;
}

/** A memory that remembers nothing until it is told that the database can be heard. */
export function createMemory(): Memory {
  const stores: { clear(): void }[] = [];
  let listening = false;
  let generation = 0;

  function forget(): void {
    generation++;
    for (const store of stores) store.clear();
  }

  return {
    remembering<V extends object>(load: (key: string) => Promise<V | undefined>) {
      const known = new Map<string, { value: V; until: number }>();
      stores.push(known);
      return async (key, anew = false) => {
        const found = known.get(key);
        if (!anew && found && found.until > Date.now()) return found.value;
        const asked = generation;
        const value = await load(key);
        // A change that was announced while the answer was on its way may not be in it.
        if (value && listening && asked === generation) remember(known, key, { value, until: Date.now() + BELIEVED_FOR });
        return value;
      };
    },
    forget,
    told(now) {
      if (now === listening) return;
      listening = now;
      // Changes may have been missed, or be on their way.
      forget();
    },
  };
}

/** Puts something into a map that must not grow for ever: the oldest goes. */
export function remember<V>(map: Map<string, V>, key: string, value: V): void {
  const [oldest] = map.keys();
  if (map.size >= REMEMBERED && oldest !== undefined) map.delete(oldest);
  map.set(key, value);
}
