import type { PortState } from '../../db/commands/kinds.ts';
import type { NotUnderstood } from '../drivers/port-family.ts';
import { CaptureError } from './capture.ts';
import { type DnosConfigured, dnosPort, readDnosInterface } from './delln3000-running.ts';
import { type DnosSwitchport, readDnosSwitchports } from './delln3000-switchport.ts';
import { readDnosVlans } from './delln3000-vlans.ts';

/** What the state of a port is read from. */
export interface DnosAnswers {
  /** `show running-config interface`: whether it is shut, and what is configured. */
  readonly running: string;
  /** `show interfaces switchport`: what is in force, except that it shows a native VLAN which no longer passes. */
  readonly switchport: string;
  /** `show vlan id` of the dummy VLAN: whether the port really is no member of it. */
  readonly dummyVlan: string;
}

/**
 * The state of a port from answers that must agree. The native VLAN of a trunk is null when the trunk does not allow it,
 * for then untagged frames are dropped (Dell Networking CLI reference, `switchport trunk`).
 */
export function parseDellN3000Port(
  port: string,
  { running, switchport, dummyVlan }: DnosAnswers,
  dummy: number,
): PortState | NotUnderstood {
  try {
    const configured = readDnosInterface(port, running);
    const [record, ...more] = readDnosSwitchports(switchport);
    if (!record || more.length > 0) return { problem: `${record ? more.length + 1 : 'no'} records of switchports` };
    const problem = disagreement(port, configured, record);
    if (problem !== undefined) return { problem };
    const state = stateOf(configured);
    if (state === null) return { problem: `a port in mode "${configured.mode}"` };
    const doubt = membershipDoubt(port, state, record, dummyVlan, dummy);
    return doubt === undefined ? state : { problem: doubt };
  } catch (error) {
    if (error instanceof CaptureError) return { problem: error.message };
    throw error;
  }
}

function stateOf({ mode, access, native, allowed, enabled }: DnosConfigured): PortState | null {
  if (mode === 'access') return { native: access, tagged: [], enabled };
  if (mode !== 'trunk') return null;
  const passes = allowed.includes(native) ? native : null;
  return { native: passes, tagged: allowed.filter((vlan) => vlan !== native), enabled };
}

/** In what the port in force contradicts its configuration; undefined when it agrees. */
function disagreement(port: string, configured: DnosConfigured, record: DnosSwitchport): string | undefined {
  const { mode, access, native, allowed } = configured;
  if (dnosPort(record.port) !== port) return `a record of "${record.port}"`;
  if (record.mode !== mode) return `configured for mode ${mode}, but in mode ${record.mode}`;
  if (mode === 'access' && record.access !== access) return `configured for VLAN ${access}, but in VLAN ${record.access}`;
  if (mode !== 'trunk') return undefined;
  if (record.native !== native) return `native VLAN ${native} configured, but ${record.native} in force`;
  if (record.nativeTagged) return `its native VLAN ${native} is tagged`;
  if (record.allowed.length === allowed.length && record.allowed.every((vlan, index) => vlan === allowed[index]))
    return undefined;
  return `VLANs ${brief(allowed)} configured, but ${brief(record.allowed)} in force`;
}

const brief = (vlans: readonly number[]) => (vlans.length > 20 ? `${vlans.slice(0, 20).join()},...` : vlans.join() || 'none');

/** In what the memberships of a port contradict the state that its settings make; undefined when they agree. */
function membershipDoubt(
  port: string,
  { native, tagged }: PortState,
  { members, dynamic, native: shown }: DnosSwitchport,
  dummyVlan: string,
  dummy: number,
): string | undefined {
  const carried = new Set(native === null ? tagged : [native, ...tagged]);
  if (dynamic.length > 0) return `it joined VLAN ${brief(dynamic)} because a neighbour asked for it`;
  if (members) {
    // A VLAN that does not exist may have no members, so fewer are no contradiction.
    const strange = members.tagged.filter((vlan) => !carried.has(vlan) || vlan === native);
    if (strange.length > 0) return `tagged member of VLAN ${brief(strange)} too`;
    // Like the field of the native VLAN, the brackets may show one that no longer passes. What is true of the dummy is asked below.
    const untagged = members.untagged.filter((vlan) => vlan !== native && !(vlan === dummy && shown === dummy));
    if (untagged.length > 0) return `untagged member of VLAN ${brief(untagged)}`;
  }
  if (carried.has(dummy)) return undefined;
  const listed = membersOfDummy(dummyVlan, dummy);
  if (listed === undefined) return shown === dummy ? `what VLAN ${dummy} says of its ports is not understood` : undefined;
  return listed.includes(port) ? `a member of the dummy VLAN ${dummy} without allowing it` : undefined;
}

/** The ports of the dummy VLAN, none where it does not exist; undefined when that cannot be told. */
function membersOfDummy(text: string, dummy: number): readonly string[] | undefined {
  if (/does not exist|do not exist|VLAN ID not found/i.test(text)) return [];
  try {
    const [vlan, ...more] = readDnosVlans(text);
    return vlan?.vlan === dummy && more.length === 0 ? vlan.ports : undefined;
  } catch (error) {
    if (error instanceof CaptureError) return undefined;
    throw error;
  }
}
