import type { CommandParameters, PortState } from '../db/commands/kinds.ts';
import { hostname, type SwitchAccess } from '../db/devices/access.ts';
import { findSwitchFamily } from '../db/devices/families.ts';
import type { SwitchFamily } from '../db/devices/family.ts';

/**
 * What of a port order its schema cannot tell: that device, switch and port are one thing,
 * and that a switch of this family can be brought to these states. A sentence, or undefined when all is well.
 */
export function wrongPortSet(
  device: string,
  { switch: access, port, want, before }: CommandParameters<'port.set'>,
): string | undefined {
  const judged = judgeSwitch(device, access);
  if (typeof judged === 'string') return judged;
  const { family, reserved } = judged;
  return (
    wrongName(family, access, port) ??
    wrongState(family, reserved, 'want', want) ??
    wrongState(family, reserved, 'before', before)
  );
}

/** What of a check its schema cannot tell: that device and switch are one thing, and that each port is one of its, named once. */
export function wrongSwitchCheck(
  device: string,
  { switch: access, ports }: CommandParameters<'switch.check'>,
): string | undefined {
  const judged = judgeSwitch(device, access);
  if (typeof judged === 'string') return judged;
  const repeated = ports.find((port, index) => ports.indexOf(port) !== index);
  if (repeated !== undefined) return `it names ${repeated} twice`;
  return ports.map((port) => wrongName(judged.family, access, port)).find((wrong) => wrong !== undefined);
}

/** What every order to a switch must fulfil; then its family, and the VLANs that it keeps for itself. */
function judgeSwitch(device: string, access: SwitchAccess): { family: SwitchFamily; reserved: Set<number> } | string {
  const family = findSwitchFamily(access.type);
  if (!family || family.type !== access.type) return `this agent knows no switches of type ${access.type}`;
  if (device !== `switch/${access.label}`) return `it is for ${device}, and its parameters name the switch ${access.label}`;
  // The mock's hostname goes nowhere, and names a fault.
  if (family.type !== 'mock' && !hostname.safeParse(access.hostname).success)
    return 'its hostname is no IP address and no DNS name';
  const reserved = reservedVlans(family, access.settings);
  return reserved ? { family, reserved } : `its settings are not those of a ${family.type}`;
}

function wrongName(family: SwitchFamily, { settings }: SwitchAccess, port: string): string | undefined {
  return family.canonicalPort(port, settings) === port ? undefined : `${port} is not how a port of a ${family.type} is called`;
}

function wrongState(
  family: SwitchFamily,
  reserved: ReadonlySet<number>,
  name: string,
  { native, tagged, enabled }: PortState,
): string | undefined {
  if (tagged.some((vlan, index) => vlan <= (tagged[index - 1] ?? 0))) return `the tagged VLANs of "${name}" are not in order`;
  if (native !== null && tagged.includes(native)) return `"${name}" has VLAN ${native} both native and tagged`;
  const taken = [native ?? [], tagged].flat().find((vlan) => reserved.has(vlan));
  if (taken !== undefined) return `"${name}" has VLAN ${taken}, which the switch keeps for itself`;
  if (enabled && native === null && !family.capabilities.includes('nativeless-trunk-mode'))
    return `"${name}" is up without a native VLAN, which no port of a ${family.type} can be`;
  return undefined;
}

/** The VLANs that a switch keeps for itself; undefined when these are no settings of its family, which shows here or in the name of a port. */
function reservedVlans(family: SwitchFamily, settings: SwitchAccess['settings']): Set<number> | undefined {
  try {
    family.canonicalPort('', settings);
    return new Set(family.reservedVlans(settings));
  } catch {
    return undefined;
  }
}
