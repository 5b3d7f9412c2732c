/** An open serial console. */
export interface ConsoleLine {
  /** Settles when the line is over, with why, as a sentence without secrets: dropped, taken over, closed from here. Never rejects. */
  readonly ended: Promise<string>;
  /** Types bytes, each as it is, whatever it means to the program that carries them. Throws `lost` when the line is over. */
  write(data: Buffer): Promise<void>;
  /** Sends a break. Throws `lost` when the line is over, and `refused` where it can only be sent on a line that was opened anew. */
  sendBreak(): Promise<void>;
  /** Gives the console back and ends. Never throws. */
  close(): Promise<void>;
}
