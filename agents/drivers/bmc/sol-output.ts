/** What ipmitool prints once the console is open. */
const banner = Buffer.from('[SOL Session operational.  Use ~? for help]\n');

/**
 * Tells what a machine printed from what ipmitool printed itself: its banner, and a line for every order that it was given. ipmitool
 * keeps its own words back until the machine prints something, so they come late, and in pieces.
 */
export class SolOutput {
  #held: Buffer = Buffer.alloc(0);
  #isFirst = true;
  /** Own words of ipmitool that are still to come. */
  readonly #expected: Buffer[] = [];

  /** ipmitool was given an order, and will print this somewhere among the output, once. */
  expect(words: string): void {
    this.#expected.push(Buffer.from(words));
  }

  /** Takes the next part of the output and answers what the machine printed of it. */
  take(data: Buffer): Buffer {
    let rest = Buffer.concat([this.#held, data]);
    this.#held = Buffer.alloc(0);
    if (this.#isFirst) {
      if (rest.length < banner.length && banner.subarray(0, rest.length).equals(rest)) return this.#hold(rest, 0);
      this.#isFirst = false;
      if (rest.subarray(0, banner.length).equals(banner)) rest = rest.subarray(banner.length);
    }
    const printed: Buffer[] = [];
    for (let words = this.#expected[0]; words; words = this.#expected[0]) {
      const start = rest.indexOf(words);
      if (start === -1) return Buffer.concat([...printed, this.#hold(rest, beginningAtEnd(rest, words))]);
      printed.push(rest.subarray(0, start));
      rest = rest.subarray(start + words.length);
      this.#expected.shift();
    }
    return Buffer.concat([...printed, rest]);
  }

  /** What was held back because it could have been the beginning of ipmitool's own words. */
  end(): Buffer {
    const held = this.#isFirst ? Buffer.alloc(0) : this.#held;
    this.#held = Buffer.alloc(0);
    return held;
  }

  #hold(data: Buffer, from: number): Buffer {
    this.#held = Buffer.from(data.subarray(from));
    return data.subarray(0, from);
  }
}

/** Where the longest end of `data` that is a beginning of `words` starts. */
function beginningAtEnd(data: Buffer, words: Buffer): number {
  for (let length = Math.min(data.length, words.length - 1); length > 0; length -= 1)
    if (data.subarray(data.length - length).equals(words.subarray(0, length))) return data.length - length;
  return data.length;
}
