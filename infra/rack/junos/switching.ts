import type { SimulatedPort } from '../simulated-switch.ts';
import type { Statements } from './statements.ts';

/** The VLAN that is there without being configured, and where access ports are that name none. */
const DEFAULT_VLAN = { name: 'default', id: 1 };

/** A VLAN as configured; without a tag no frame is in it. */
export interface Vlan {
  readonly name: string;
  readonly id: number | null;
}

/** A port as configured for switching, `unit 0`. */
export interface Switching {
  readonly mode: 'access' | 'trunk';
  /** Names, tags, ranges of tags, or `all`. */
  readonly members: readonly string[];
}

/** The VLANs there are, in the order of their names as `show vlans` has them. */
export function vlansOf(statements: Statements): Vlan[] {
  const names = new Set(statements.flatMap(([first, name]) => (first === 'vlans' && name !== undefined ? [name] : [])));
  names.add(DEFAULT_VLAN.name);
  return [...names].sort().map((name) => {
    const tag = valueAt(statements, ['vlans', name, 'vlan-id']);
    return { name, id: tag === null ? (name === DEFAULT_VLAN.name ? DEFAULT_VLAN.id : null) : Number(tag) };
  });
}

/** The values that statements give at a path. */
function valuesAt(statements: Statements, path: readonly string[]): string[] {
  return statements
    .filter((statement) => statement.length === path.length + 1 && path.every((word, index) => statement[index] === word))
    .map((statement) => statement[path.length] ?? '');
}

/** The value at a path; null without one. */
export function valueAt(statements: Statements, path: readonly string[]): string | null {
  return valuesAt(statements, path)[0] ?? null;
}

/** Whether anything is said at a path or below. */
export function has(statements: Statements, path: readonly string[]): boolean {
  return statements.some((statement) => path.every((word, index) => statement[index] === word));
}

/** What a port is to switching; null for one without `family ethernet-switching`, which no frame passes. */
export function switchingOf(statements: Statements, name: string): Switching | null {
  const family = ['interfaces', name, 'unit', '0', 'family', 'ethernet-switching'];
  if (!has(statements, family)) return null;
  return {
    mode: valueAt(statements, [...family, 'interface-mode']) === 'trunk' ? 'trunk' : 'access',
    members: valuesAt(statements, [...family, 'vlan', 'members']),
  };
}

/** Whether a port is not disabled, as a whole or in `unit 0`. */
export function isEnabled(statements: Statements, name: string): boolean {
  return !has(statements, ['interfaces', name, 'disable']) && !has(statements, ['interfaces', name, 'unit', '0', 'disable']);
}

/** The VLANs a port is a member of. One that names none is in the default VLAN in access mode, and in none as a trunk. */
export function membershipOf(statements: Statements, { mode, members }: Switching): Vlan[] {
  const vlans = vlansOf(statements);
  if (mode === 'access' && members.length === 0) return vlans.filter(({ name }) => name === DEFAULT_VLAN.name);
  return vlans.filter(({ name, id }) => members.some((member) => member === 'all' || member === name || covers(member, id)));
}

/** Whether a tag or range of tags covers an ID. */
function covers(member: string, id: number | null): boolean {
  const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(member) ?? [];
  return first !== undefined && id !== null && Number(first) <= id && id <= Number(last);
}

/** The ID of the native VLAN of a trunk; null without one. */
export function nativeOf(statements: Statements, name: string): number | null {
  const tag = valueAt(statements, ['interfaces', name, 'native-vlan-id']);
  return tag === null ? null : Number(tag);
}

/**
 * What frames of a port meet. Untagged frames of a trunk are dropped unless it has a `native-vlan-id` and is a member of that
 * VLAN too (Juniper Ethernet Switching User Guide); there is no native VLAN by default.
 */
export function portForwarding(statements: Statements, name: string): SimulatedPort {
  const enabled = isEnabled(statements, name);
  const switching = switchingOf(statements, name);
  if (switching === null) return { enabled, native: null, tagged: [] };
  const ids = [...new Set(membershipOf(statements, switching).flatMap(({ id }) => id ?? []))].sort((a, b) => a - b);
  if (switching.mode === 'access') return { enabled, native: ids[0] ?? null, tagged: [] };
  const native = nativeOf(statements, name);
  return {
    enabled,
    native: native !== null && ids.includes(native) ? native : null,
    tagged: ids.filter((id) => id !== native),
  };
}
