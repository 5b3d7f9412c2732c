import type { PortState } from '../../db/commands/kinds.ts';
import type { NotUnderstood } from '../drivers/port-family.ts';
import { parseVlans } from './vlan-list.ts';
import { childrenNamed, isHollow, parseXml, type XmlElement } from './xml.ts';

/** A trunk as it is configured. `native` is null where none is named; then VLAN 1 is the native one. */
export interface Trunk {
  readonly allowed: readonly number[];
  readonly native: number | null;
  /** The native VLAN goes out tagged, and untagged frames are dropped. So it is unless it is switched off. */
  readonly nativeTagged: boolean;
}

/** The answers about one port, empty where the switch has nothing: the interface, and below it shutdown, mode, trunk and access. */
export interface PortDocuments {
  readonly interface: string;
  readonly shutdown: string;
  readonly mode: string;
  readonly trunk: string;
  readonly access: string;
}

/** The modes of a switchport; of `trunk-no-default-native` it is known only since Network OS 4.1 (HIL's switches had it with 7.0). */
const modes = ['access', 'trunk', 'trunk-no-default-native'] as const;

/** What hands the VLANs of a port to somebody else: a bundle, or a profile for the addresses that are seen on it. */
const masters = ['channel-group', 'port-profile-port'];

/**
 * The state of a port. In mode `trunk` there always is a native VLAN, 1 unless another is named; a port that is shut forwards
 * nothing to it, so there it counts as none (Network OS Administrator's Guide 4.1.1, "Default-native-VLAN trunk mode").
 */
export function parseBrocadePort(name: string, documents: PortDocuments): PortState | NotUnderstood {
  const enabled = parseEnabled(name, documents);
  if (typeof enabled !== 'boolean') return enabled;
  const mode = documents.mode.trim() === '' ? null : modeOf(parseXml(documents.mode));
  if (typeof mode === 'object' && mode !== null) return mode;
  if (mode === 'access') {
    const vlan = documents.access.trim() === '' ? 1 : accessOf(parseXml(documents.access));
    return typeof vlan === 'number' ? { native: vlan, tagged: [], enabled } : vlan;
  }
  const trunk =
    documents.trunk.trim() === '' ? { allowed: [], native: null, nativeTagged: true } : trunkOf(parseXml(documents.trunk));
  if ('problem' in trunk) return trunk;
  if (mode === null) {
    if (trunk.allowed.length > 0 || trunk.native !== null) return { problem: 'VLANs of a trunk, but it is no switchport' };
    return { native: null, tagged: [], enabled };
  }
  return { ...carried(trunk, mode === 'trunk' && enabled), enabled };
}

/** What a trunk carries. `defaultNative`: VLAN 1 is its native VLAN where no other is named. */
export function carried(trunk: Trunk, defaultNative: boolean): Pick<PortState, 'native' | 'tagged'> {
  const native = trunk.native ?? (defaultNative ? 1 : null);
  if (native === null || !trunk.nativeTagged) return { native, tagged: trunk.allowed.filter((vlan) => vlan !== native) };
  return { native: null, tagged: [...new Set([...trunk.allowed, native])].sort((a, b) => a - b) };
}

function parseEnabled(name: string, documents: PortDocuments): boolean | NotUnderstood {
  const shutdown = documents.shutdown.trim() === '' ? false : flag(parseXml(documents.shutdown), 'shutdown');
  if (shutdown === null) return { problem: 'a shutdown that is neither true nor false' };
  // Some answer nothing here; whatever is there must not contradict the rest.
  if (documents.interface.trim() === '') return !shutdown;
  const root = parseXml(documents.interface);
  if (!root) return { problem: 'an interface that is no XML document of one element' };
  const [named, ...more] = childrenNamed(root, 'name');
  if (more.length > 0 || (named && named.text.replace(/"/g, '').trim() !== name))
    return { problem: `another interface, not ${name}` };
  // A container of nothing is printed with a link to itself; what is empty without one is a flag that is set.
  const isSet = (child: XmlElement) =>
    !isHollow(child) || (child.children.length === 0 && child.attributes['self'] === undefined);
  const master = root.children.find((child) => masters.includes(child.name) && isSet(child) && child.text.trim() !== 'false');
  if (master) return { problem: `its VLANs come from its ${master.name}` };
  const listed = childrenNamed(root, 'shutdown')[0];
  if (listed && flag(listed, 'shutdown') !== shutdown) return { problem: 'the interface and its shutdown contradict each other' };
  return !shutdown;
}

/** An element that is a flag: set when it is empty or `true`. Null for anything else. */
function flag(element: XmlElement | null, name: string): boolean | null {
  if (element?.name !== name || element.children.length > 0) return null;
  const text = element.text.trim();
  return text === '' || text === 'true' ? true : text === 'false' ? false : null;
}

/** Reads the mode of a switchport. */
export function modeOf(root: XmlElement | null): (typeof modes)[number] | NotUnderstood {
  const [vlanMode] = root?.name === 'mode' ? childrenNamed(root, 'vlan-mode') : [];
  const mode = modes.find((each) => each === vlanMode?.text.trim());
  const strange = root?.children.find((child) => child !== vlanMode && !isHollow(child));
  if (mode === undefined || strange) return { problem: `the mode ${strange?.name ?? vlanMode?.text ?? 'of something else'}` };
  return mode;
}

/** Reads the VLAN of an access port: 1 where none is named. */
export function accessOf(root: XmlElement | null): number | NotUnderstood {
  if (root?.name !== 'access') return { problem: 'an access VLAN that is none' };
  const strange = root.children.find((child) => child.name !== 'vlan' && !isHollow(child));
  const [only, ...more] = childrenNamed(root, 'vlan');
  const vlan = only ? oneVlan(only) : 1;
  if (strange || more.length > 0 || vlan === null) return { problem: `access VLANs ${strange?.name ?? 'that are none'}` };
  return vlan;
}

/** Reads a trunk: its allowed VLANs, its native one, and how that goes out. */
export function trunkOf(root: XmlElement | null): Trunk | NotUnderstood {
  if (root?.name !== 'trunk') return { problem: 'a trunk that is none' };
  let trunk: Trunk = { allowed: [], native: null, nativeTagged: false };
  const twice = ['allowed', 'native-vlan', 'tag'].find((name) => childrenNamed(root, name).length > 1);
  if (twice !== undefined) return { problem: `a trunk with ${twice} twice` };
  for (const child of root.children) {
    if (child.name === 'allowed') {
      const allowed = parseAllowed(child);
      if (!Array.isArray(allowed)) return { problem: `allowed VLANs that are not understood: ${allowed}` };
      trunk = { ...trunk, allowed };
    } else if (child.name === 'native-vlan') {
      const native = oneVlan(child);
      if (native === null) return { problem: `the native VLAN "${child.text}"` };
      trunk = { ...trunk, native };
    } else if (child.name === 'tag') {
      const [tagged] = childrenNamed(child, 'native-vlan');
      const nativeTagged = tagged ? flag(tagged, 'native-vlan') : false;
      if (nativeTagged === null || child.children.length > 1)
        return { problem: 'a tagging of the native VLAN that is not understood' };
      trunk = { ...trunk, nativeTagged };
    } else if (!isHollow(child)) return { problem: `a trunk with ${child.name}` };
  }
  return trunk;
}

/** The VLANs in `allowed`, or the name of what is not understood there. */
function parseAllowed(allowed: XmlElement): number[] | string {
  const strange = allowed.children.find((child) => child.name !== 'vlan' && !isHollow(child));
  const [vlan, ...more] = childrenNamed(allowed, 'vlan');
  if (strange || more.length > 0) return strange?.name ?? 'vlan';
  const vlans = new Set<number>();
  for (const child of vlan?.children ?? []) {
    if (child.name === 'add' && child.children.length === 0) {
      const list = child.text.trim() === '' ? [] : parseVlans(child.text);
      if (!list) return `add ${child.text}`;
      for (const each of list) vlans.add(each);
    } else if (child.name === 'all' && flag(child, 'all') !== null) {
      for (const each of flag(child, 'all') ? (parseVlans('all') ?? []) : []) vlans.add(each);
    } else if (child.name === 'none' ? flag(child, 'none') === null : !isHollow(child)) return child.name;
  }
  if (vlan && childrenNamed(vlan, 'none').some((none) => flag(none, 'none') === true) && vlans.size > 0) return 'none and others';
  return [...vlans].sort((a, b) => a - b);
}

function oneVlan(element: XmlElement): number | null {
  const [vlan, ...more] = element.children.length > 0 ? [] : (parseVlans(element.text) ?? []);
  return vlan === undefined || more.length > 0 ? null : vlan;
}
