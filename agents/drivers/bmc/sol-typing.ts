const TILDE = 0x7e;
const RETURN = 0x0d;
const NEWLINE = 0x0a;

/**
 * How bytes must be typed to ipmitool so that the machine gets them as they are. It takes `~` for the beginning of an order to itself
 * when nothing was typed yet, or a return or newline last, and only there `~~` for a single one (`processSolUserInput` of ipmitool).
 */
export class SolTyping {
  #atLineStart = true;

  /** Whether ipmitool takes orders now. */
  get atLineStart(): boolean {
    return this.#atLineStart;
  }

  /** What to type for the next bytes. */
  encode(data: Uint8Array): Buffer {
    const typed: number[] = [];
    for (const byte of data) {
      if (byte === TILDE && this.#atLineStart) typed.push(TILDE);
      typed.push(byte);
      this.#atLineStart = byte === RETURN || byte === NEWLINE;
    }
    return Buffer.from(typed);
  }
}
