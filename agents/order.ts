import type { CommandParameters } from '../db/commands/kinds.ts';
import { hostname } from '../db/devices/access.ts';
import { findSwitchFamily } from '../db/devices/families.ts';
import type { SwitchFamily } from '../db/devices/family.ts';

/** The parameters of a `port.set`. */
export type PortSetParameters = CommandParameters<'port.set'>;

/** A verified order to bring one port to a state. Times in seconds since 1970. */
export interface PortSetOrder {
  readonly kind: 'port.set';
  readonly id: string;
  readonly issuer: string;
  readonly device: string;
  readonly seq: number;
  readonly notAfter: number;
  readonly parameters: PortSetParameters;
}

/** Every kind of order that this agent carries out. */
export type Order = PortSetOrder;

/**
 * What of a port order its schema cannot tell: that device, switch and port are one thing,
 * and that a switch of this family can be brought to these states. A sentence, or undefined when all is well.
 */
export function wrongPortSet(device: string, { switch: access, port, want, before }: PortSetParameters): string | undefined {
  const family = findSwitchFamily(access.type);
  if (!family || family.type !== access.type) return `this agent knows no switches of type ${access.type}`;
  if (device !== `switch/${access.label}`) return `it is for ${device}, and its parameters name the switch ${access.label}`;
  // The mock's hostname goes nowhere, and names a fault.
  if (family.type !== 'mock' && !hostname.safeParse(access.hostname).success)
    return 'its hostname is no IP address and no DNS name';
  if (family.canonicalPort(port) !== port) return `${port} is not how a port of a ${family.type} is called`;

  const reserved = reservedVlans(family, access.settings);
  if (!reserved) return `its settings are not those of a ${family.type}`;
  for (const [name, { native, tagged }] of Object.entries({ want, before })) {
    if (tagged.some((vlan, index) => vlan <= (tagged[index - 1] ?? 0))) return `the tagged VLANs of "${name}" are not in order`;
    if (native !== null && tagged.includes(native)) return `"${name}" has VLAN ${native} both native and tagged`;
    const taken = [native ?? [], tagged].flat().find((vlan) => reserved.has(vlan));
    if (taken !== undefined) return `"${name}" has VLAN ${taken}, which the switch keeps for itself`;
  }
  return undefined;
}

function reservedVlans(family: SwitchFamily, settings: PortSetParameters['switch']['settings']): Set<number> | undefined {
  try {
    return new Set(family.reservedVlans(settings));
  } catch {
    return undefined;
  }
}
