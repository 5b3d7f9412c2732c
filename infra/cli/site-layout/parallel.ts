/** Does something with each of many things, so many at once, in their order. Stops beginning with more at the first failure, and throws it when none is under way. */
export async function inParallel<T>(things: readonly T[], atOnce: number, work: (thing: T) => Promise<void>): Promise<void> {
  const rest = things.values();
  const failures: unknown[] = [];
  const worker = async () => {
    for (const thing of rest) {
      if (failures.length > 0) return;
      await work(thing).catch((error: unknown) => failures.push(error));
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, things.length) }, worker));
  if (failures.length > 0) throw failures[0];
}
