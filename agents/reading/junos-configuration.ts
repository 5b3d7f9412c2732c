import { CaptureError } from './capture.ts';
import { isBlank, isPrompt, type Line, linesOf } from './table.ts';
import { parseVlans } from './vlan-list.ts';

/** How a port is configured. */
export interface JunosConfigured {
  disabled: boolean;
  /** For trunks, on the physical interface. */
  native: number | null;
  /** Whether it takes part in Ethernet switching at all; without `family ethernet-switching` it carries no VLAN. */
  switching: boolean;
  /** Null: no line says so, which means access. */
  mode: 'access' | 'trunk' | null;
  /** Names, ids, ranges or `all`, as configured. */
  readonly members: string[];
}

/** The VLANs of a configuration. */
export interface JunosVlans {
  /** Ids by name; a VLAN with a list has several, one of a routed kind none. */
  readonly byName: ReadonlyMap<string, readonly number[]>;
  /** Names that stand in the configuration and count for nothing. */
  readonly inactive: ReadonlySet<string>;
  /** Logical interfaces that are named under a VLAN instead of the other way round. */
  readonly interfaces: ReadonlySet<string>;
  /** Names of private VLANs: their frames come out in others, or not everywhere in their own. */
  readonly privates: ReadonlySet<string>;
}

/** Lines that stand between the statements of an output: the state of a member of a virtual chassis, comments of the CLI. */
export const isNoise = (line: Line) => isBlank(line) || isPrompt(line) || /^\{[\w:-]+\}(?:\[edit.*\])?\s*$|^#/.test(line.text);

/** Statements of an interface that say nothing of its VLANs. An aggregate (`802.3ad`), filters and other families are not among them. */
const harmless = /^(?:description|speed|mtu|link-mode|hold-time|no-traps|traps|optics-options|apply-groups(?:-except)?)$/;
const harmlessOptions = /^(?:(?:no-)?(?:auto-negotiation|flow-control)|configured-flow-control|speed|link-mode|fec)$/;
const harmlessSwitching = /^(?:storm-control|recovery-timeout)$/;

/** A port without a line of configuration: up, and in no VLAN. */
export const junosFresh = (): JunosConfigured => ({ disabled: false, native: null, switching: false, mode: null, members: [] });

/** The words of a statement in `set` form; a quoted text is one word, with its quotes. */
export function words(statement: string): string[] {
  return statement.match(/"(?:[^"\\]|\\.)*"|\S+/g) ?? [];
}

/** Takes what stands behind `set interfaces <port>`, as words; false when it is not understood. */
export function applyJunosSetting(configured: JunosConfigured, [first = '', ...rest]: readonly string[]): boolean {
  if (first === 'disable') {
    configured.disabled = true;
    return rest.length === 0;
  }
  if (first === 'native-vlan-id') {
    const native = oneVlan(rest);
    const isOne = configured.native === null || configured.native === native;
    configured.native = native;
    return isOne && native !== null;
  }
  if (first === 'ether-options' || first === 'gigether-options') return harmlessOptions.test(rest[0] ?? '');
  if (first !== 'unit') return harmless.test(first);
  const [unit, what, family, ...statement] = rest;
  if (unit !== '0') return false;
  if (what === undefined || what === 'description') return true;
  return what === 'family' && family === 'ethernet-switching' && applySwitching(configured, statement);
}

function applySwitching(configured: JunosConfigured, [first, second, ...rest]: readonly string[]): boolean {
  configured.switching = true;
  if (first === undefined) return true;
  if (first === 'interface-mode' && (second === 'access' || second === 'trunk')) {
    const isOne = configured.mode === null || configured.mode === second;
    configured.mode = second;
    return isOne && rest.length === 0;
  }
  if (first === 'vlan' && second === 'members') {
    configured.members.push(...rest.filter((word) => word !== '[' && word !== ']'));
    return rest.length > 0;
  }
  return harmlessSwitching.test(first);
}

function oneVlan(words: readonly string[]): number | null {
  const [vlan, ...more] = words.length === 1 ? (parseVlans(words[0] ?? '') ?? []) : [];
  return vlan === undefined || more.length > 0 ? null : vlan;
}

/**
 * A port as `show configuration interfaces <port> | display inheritance | display set` tells it; nothing there is a fresh port.
 * Throws CaptureError for a line that is not understood.
 */
export function readJunosPort(port: string, text: string): JunosConfigured {
  const configured = junosFresh();
  for (const line of linesOf(text)) {
    if (isNoise(line)) continue;
    const [verb, where, name, ...statement] = words(line.text);
    if (verb !== 'set' || where !== 'interfaces' || name !== port || !applyJunosSetting(configured, statement))
      throw new CaptureError(line.number, line.text, 'unexpected line');
  }
  return configured;
}

/** What makes a VLAN a private one, or names the VLAN that is one with it; in the words of ELS and of before. */
const privateVlan =
  /^(?:private-vlan|isolated-vlan|community-vlans|isolation-id|isolation-vlan-id|primary-vlan|no-local-switching)$/;

/** The VLANs in `show configuration vlans | display inheritance | display set`. Throws CaptureError for a line of anything else. */
export function readJunosVlans(text: string): JunosVlans {
  const byName = new Map<string, readonly number[]>();
  const inactive = new Set<string>();
  const interfaces = new Set<string>();
  const privates = new Set<string>();
  for (const line of linesOf(text)) {
    if (isNoise(line)) continue;
    const [verb, where, name, what, value = ''] = words(line.text);
    if (where !== 'vlans' || name === undefined || (verb !== 'set' && verb !== 'deactivate'))
      throw new CaptureError(line.number, line.text, 'no statement about a VLAN');
    if (verb === 'deactivate') {
      // Deactivated is the VLAN, or something in it that may be its id.
      if (what === undefined || what.startsWith('vlan-id')) inactive.add(name);
      continue;
    }
    const ids = byName.get(name) ?? [];
    byName.set(name, ids);
    if (what === 'interface') interfaces.add(value);
    if (what !== undefined && privateVlan.test(what)) for (const each of [name, value]) privates.add(each);
    if (what !== 'vlan-id' && what !== 'vlan-id-list') continue;
    const more = value === 'none' ? [] : parseVlans(value);
    if (more === null) throw new CaptureError(line.number, line.text, 'no VLAN id');
    byName.set(name, [...ids, ...more]);
  }
  for (const name of inactive) byName.delete(name);
  return { byName, inactive, interfaces, privates };
}

/** The id of the VLAN `default`, which exists without a line of configuration. */
const defaultVlan = 1;

/** Every id that a VLAN of the configuration has. */
export function idsOf(vlans: JunosVlans): Set<number> {
  return new Set([defaultVlan, ...[...vlans.byName.values()].flat()]);
}

/** The VLANs that members stand for, ascending; null when one is the name of no VLAN, or the id of none. `all` is all there may ever be. */
export function membersOf(members: readonly string[], vlans: JunosVlans): number[] | null {
  const existing = idsOf(vlans);
  const found = new Set<number>();
  for (const member of members) {
    const ids =
      member === 'all'
        ? parseVlans('all')
        : /^\d+(?:-\d+)?$/.test(member)
          ? parseVlans(member)
          : (vlans.byName.get(member) ?? (member === 'default' ? [defaultVlan] : null));
    if (!ids || ids.length === 0 || (member !== 'all' && !ids.every((id) => existing.has(id)))) return null;
    for (const id of ids) found.add(id);
  }
  return [...found].sort((a, b) => a - b);
}
