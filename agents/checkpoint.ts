/** The steps of a port change, in order; tests stop a process at each of them. */
export type Step =
  /** The device is ours, and its commands were taken. */
  | 'claimed'
  | 'verified'
  /** The journal knows it, on disk. */
  | 'begun'
  | 'connected'
  /** The switch took the wanted state, as far as it says. */
  | 'set-sent'
  | 'read-back'
  | 'restore-sent'
  | 'shut-sent'
  /** The journal knows how it ended. */
  | 'ended'
  /** The database knows how it ended. */
  | 'settled'
  /** The switch saved its configuration, and nobody knows yet. */
  | 'saved'
  | 'save-recorded';

/** Called after each step. Does nothing but in tests. */
export type Checkpoint = (step: Step) => void;
