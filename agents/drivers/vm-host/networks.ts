import type { XmlElement } from '../../reading/xml.ts';

/** What was removed, and what could not be, as sentences. */
export interface Tidied {
  readonly removed: string[];
  readonly left: string[];
}

/** How interfaces of virtual machines get onto VLANs on this host. Every method that runs a program throws DeviceError. */
export interface VmNetworks {
  /** What an interface's definition says of where it is plugged in, to be untagged in a VLAN. */
  plug(vlan: number): XmlElement[];
  /** Does `work`, in which interfaces are plugged in, with these VLANs there and not removed meanwhile. */
  whileThere<T>(vlans: readonly number[], work: () => Promise<T>): Promise<T>;
  /** Reads what an interface is connected to now. Answers why that is not this VLAN, and nothing else; undefined when it is. */
  misplaced(device: string, vlan: number): Promise<string | undefined>;
  /** Reads whether the administrator's own interface is apart from the VLANs. Answers why not; undefined when it is. */
  entangled(device: string): Promise<string | undefined>;
  /** Removes what nothing uses any more, of the machines that `isGone` tells. */
  tidy(isGone: (uuid: string) => boolean): Promise<Tidied>;
}
