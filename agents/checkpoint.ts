/** The steps of a change of a device, in order; tests stop a process at each of them. */
export type Step =
  /** The device is ours, and its commands were taken. */
  | 'claimed'
  | 'verified'
  /** The journal knows it, on disk. */
  | 'begun'
  | 'connected'
  /** The device took the wanted state, as far as it says. */
  | 'set-sent'
  /** Of a headnode: its virtual machine is there, and does not run. */
  | 'made'
  /** Of a headnode: its virtual machine was removed, as far as its host says. */
  | 'removed'
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

/** Called after each step. Some are counted; tests do more. */
export type Checkpoint = (step: Step) => void;
