/** Ways in which the network to a simulated BMC, or its network side, misbehaves. */
export interface NetworkFaults {
  /** Nothing comes through, neither way. */
  silent: boolean;
  /** Sessions open as always, and nothing that is said in one comes through, neither way: nothing that is asked for is done. */
  silentAfterSession: boolean;
  /**
   * So many answers of each session come through, and then none, while everything that is asked for is done. With 5, `ipmitool`
   * 1.8.19 asks for what it came for and never learns what became of it: so many answers it wants before.
   */
  answersPerSession: number | undefined;
  /** What the serial console carries is lost, both ways, and nothing else. ipmi_sim repeats it for some seconds, then gives up. */
  dropSol: boolean;
  /** The fraction of packets that are lost, each way: 0 to 1. ipmi_sim loses output of the console then. */
  loss: number;
  /** Sessions are refused with this status code of RMCP+ (IPMI 2.0, table 13-15; 1: insufficient resources). */
  refuseSessions: number | undefined;
  /** What answers carry is altered: none says what the BMC said. */
  garble: boolean;
}

/** Ways in which the chassis misbehaves. */
export interface ChassisFaults {
  /** Every change of power is answered with an error. */
  refusePower: boolean;
  /** Changes of power are taken without complaint, and nothing happens. */
  ignorePower: boolean;
  /** Boot devices are taken without complaint, and the old one is kept. */
  ignoreBoot: boolean;
  /** Every change of the boot device is answered with an error. */
  refuseBoot: boolean;
  /** Milliseconds that each order and each query takes. The BMC does nothing else meanwhile, its serial console included. */
  slow: number;
}

/** Ways in which a simulated BMC misbehaves; tests and people switch them on while it runs. */
export type BmcFaults = NetworkFaults & ChassisFaults;
