import { type PortState, portState } from '../../db/commands/kinds.ts';
import type { SwitchFamily, SwitchSettings } from '../../db/devices/family.ts';
import { DeviceError } from '../device-error.ts';

/** The canonical name of a port. Throws `refused` for a text that names none: it must not reach the switch. */
export function checkedPort(family: SwitchFamily, settings: SwitchSettings, label: string, port: string): string {
  const name = family.canonicalPort(port, settings);
  if (name !== null) return name;
  throw new DeviceError(
    'refused',
    `${label}: no port of a ${family.type} is called ${JSON.stringify(port)}; write ${family.portNames}`,
  );
}

/**
 * The wanted state of a port with its tagged VLANs in order. Throws `refused` for what is no state,
 * for VLANs that the switch keeps for itself, and for a port that would be up without a native VLAN where that cannot be.
 */
export function checkedState(family: SwitchFamily, settings: SwitchSettings, label: string, want: PortState): PortState {
  const parsed = portState.safeParse(want);
  if (!parsed.success) throw new DeviceError('refused', `${label}: what is wanted is no state of a port; nothing was set`);
  const { native, tagged, enabled } = parsed.data;
  const others = [...new Set(tagged)].filter((vlan) => vlan !== native).sort((a, b) => a - b);
  const reserved = new Set(family.reservedVlans(settings));
  const bad = [native ?? [], others].flat().filter((vlan) => reserved.has(vlan));
  if (bad.length > 0)
    throw new DeviceError('refused', `${label}: VLAN ${bad.join(', ')} is reserved on this switch; nothing was set`);
  if (native === null && enabled && !family.capabilities.includes('nativeless-trunk-mode')) {
    throw new DeviceError('refused', `${label}: a ${family.type} has no port that is up without a native VLAN; nothing was set`);
  }
  return { native, tagged: others, enabled };
}
