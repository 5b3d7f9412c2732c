import { createHash } from 'node:crypto';

/** Numbers that look random and follow from a seed. */
export class Random {
  readonly #seed: number;
  #state: number;

  constructor(seed: number) {
    this.#seed = seed;
    this.#state = seed;
  }

  /** Another sequence, of this seed and a name: what one does does not change what chance brings to another. */
  named(name: string): Random {
    return new Random(createHash('sha256').update(`${this.#seed} ${name}`).digest().readUInt32LE());
  }

  /** 0 up to 1, as mulberry32 by Tommy Ettinger makes it. */
  fraction(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from `least` up to `most`, both included. */
  between(least: number, most: number): number {
    return least + Math.floor(this.fraction() * (most - least + 1));
  }

  /** True in so many of a hundred cases. */
  percent(chance: number): boolean {
    return this.fraction() * 100 < chance;
  }

  /** One of a list; undefined of an empty one. */
  oneOf<T>(list: readonly T[]): T | undefined {
    return list[Math.floor(this.fraction() * list.length)];
  }

  /** One of a list, the heavier the likelier. */
  weighted<T extends { readonly weight: number }>(list: readonly T[]): T | undefined {
    let left = this.fraction() * list.reduce((sum, { weight }) => sum + weight, 0);
    return list.find(({ weight }) => {
      left -= weight;
      return left < 0;
    });
  }
}
