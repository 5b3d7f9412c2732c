/** The serial port of a simulated machine, seen from the machine. */
export interface SimulatedSerial {
  /** Prints to the console. What is printed while no BMC is connected is lost, as on a real line. */
  write(data: string | Uint8Array): void;
  /** Everything typed at the console since the start, without breaks. */
  typed(): Buffer;
  /** Breaks received since the start. */
  breaks(): number;
  /** Whether what is typed is printed again, as a terminal driver does. False at the start. */
  echo: boolean;
  /** Called with each part of what is typed, after it was counted and echoed. */
  onTyped: ((data: Buffer) => void) | undefined;
  /** Whether the BMC listens. It does as soon as it has started. */
  connected(): boolean;
  /**
   * Prints lines made by `line` from their number (counted from 0, a newline is put behind each) at a constant rate,
   * until it is stopped. `stop` answers everything that was printed.
   */
  printContinuously(bytesPerSecond: number, line: (index: number) => string): { stop(): string };
}
