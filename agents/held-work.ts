/** What is done on one device while its lease is held, whatever kind of device it is. */
export interface HeldWork {
  /** More commands are queued for the device. */
  poke(): void;
  /** Ends when what was sent to the device is finished. */
  stop(): void;
  /** Works until there is nothing left to do, the agent stops or the lease is over. */
  run(): Promise<void>;
  /** Commands that were taken and of which nothing was sent: they go back to the queue. */
  untouched(): string[];
  /** Ends every session with the device, settles what has ended, and closes the journal. Never throws. */
  close(): Promise<void>;
}
