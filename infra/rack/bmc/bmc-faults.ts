/** Ways in which a simulated BMC misbehaves; tests and people switch them on while it runs. */
export interface BmcFaults {
  /** Answers nothing at all. */
  silent: boolean;
  /** Opens sessions as always, and answers nothing that is said in one. */
  silentAfterSession: boolean;
  /** Loses what the serial console carries, both ways, and nothing else. */
  dropSol: boolean;
  /** The fraction of packets that are lost, both ways: 0 to 1. */
  loss: number;
  /** Refuses to open a session, with this status code of RMCP+ (1: insufficient resources). */
  refuseSessions: number | undefined;
  /** Alters what answers carry, so that none is what the BMC said. */
  garble: boolean;
  /** Answers every change of power with an error. */
  refusePower: boolean;
  /** Takes changes of power without complaint, and does nothing. */
  ignorePower: boolean;
  /** Takes boot devices without complaint, and keeps the old one. */
  ignoreBoot: boolean;
  /** Milliseconds that each order to the chassis takes. The BMC does nothing else meanwhile. */
  slow: number;
}
