/** Longest wait until a switch that was not saved is tried again, in milliseconds. */
const LONGEST = 600_000;

/**
 * When to take a device for nothing but a save. At once when it is found unsaved; then with longer and longer waits,
 * since a switch that lets nobody in must not be knocked at with a wrong password every few seconds.
 */
export class SaveTries {
  readonly #first: number;
  readonly #tries = new Map<string, { count: number; notBefore: number }>();

  /** `first`: the wait after the first try in milliseconds, doubled by every other one. */
  constructor(first: number) {
    this.#first = first;
  }

  /** Those of the unsaved devices whose time has come. What is neither unsaved nor being worked on is saved, and forgotten. */
  due(unsaved: readonly string[], isHeld: (device: string) => boolean, now: number): string[] {
    for (const device of this.#tries.keys()) if (!unsaved.includes(device) && !isHeld(device)) this.#tries.delete(device);
    return unsaved.filter((device) => (this.#tries.get(device)?.notBefore ?? 0) <= now);
  }

  /** A device was taken to be saved. */
  tried(device: string, now: number): void {
    const count = this.#tries.get(device)?.count ?? 0;
    this.#tries.set(device, { count: count + 1, notBefore: now + Math.min(this.#first * 2 ** Math.min(count, 20), LONGEST) });
  }
}
