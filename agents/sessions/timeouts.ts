/** How long a session waits for a device, in milliseconds. */
export interface Timeouts {
  /** Until the TCP connection stands. */
  readonly connect: number;
  /** From there to the first prompt, the exchange of keys included. */
  readonly login: number;
  /** For the answer to one line. */
  readonly line: number;
  /** For writing the running configuration to flash, other people's saves that come first included. */
  readonly save: number;
}

/** What real switches need: a Nexus was seen to take 11 s to log in, and more than 10 s to save. */
export const defaultTimeouts: Timeouts = { connect: 10_000, login: 30_000, line: 10_000, save: 180_000 };
