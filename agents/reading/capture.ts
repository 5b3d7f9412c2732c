/** What of a switch's output can be read by itself: what ports hold, how they are configured, which VLANs there are, links, addresses. */
export const captureKinds = ['switchport', 'running-config', 'vlans', 'status', 'mac'] as const;
export type CaptureKind = (typeof captureKinds)[number];

/** A port as one output tells it; what the output does not tell is left out. */
export interface PortRecord {
  /** The canonical name. */
  readonly port: string;
  readonly mode?: string;
  /** The VLAN of untagged frames, null for none. */
  readonly native?: number | null;
  readonly tagged?: readonly number[];
  /** False: administratively shut. */
  readonly enabled?: boolean;
  readonly description?: string;
}

/** A VLAN as `show vlan` and its kin list it. Ports are written as the switch writes them, ranges taken apart. */
export interface VlanRecord {
  readonly vlan: number;
  readonly name: string;
  readonly status?: string;
  readonly ports?: readonly string[];
  /** Where the output tells tagged and untagged members apart. */
  readonly tagged?: readonly string[];
  readonly untagged?: readonly string[];
}

/** The link of a port. Texts are the switch's own. */
export interface StatusRecord {
  readonly port: string;
  readonly status: string;
  readonly description?: string;
  readonly vlan?: string;
  readonly duplex?: string;
  readonly speed?: string;
  readonly type?: string;
}

/** An address that the switch has learned. `vlan` and `port` are null where it prints none. */
export interface MacRecord {
  readonly vlan: number | null;
  /** Lower case, pairs with colons. */
  readonly mac: string;
  readonly type?: string;
  readonly port: string | null;
}

/** The readers of one family, by what they read. Each throws CaptureError for a line that it does not understand. */
export interface Captures {
  readonly switchport?: (text: string) => readonly PortRecord[];
  readonly 'running-config'?: (text: string) => readonly PortRecord[];
  readonly vlans?: (text: string) => readonly VlanRecord[];
  readonly status?: (text: string) => readonly StatusRecord[];
  readonly mac?: (text: string) => readonly MacRecord[];
}

/** Output that is not understood: which line (counted from 1), what it says, and why it is not. */
export class CaptureError extends Error {
  override readonly name = 'CaptureError';
  readonly line: number;

  constructor(line: number, text: string, problem: string) {
    super(`line ${line}: ${problem}: ${JSON.stringify(text)}`);
    this.line = line;
  }
}
