import type { Configuration } from './configuration.ts';

/** Where the running configuration of the interfaces is. */
export const INTERFACES = '/rest/config/running/interface';

/** What a path leads to; null where it leads nowhere. */
export type Address =
  | { readonly kind: 'interfaces' }
  | { readonly kind: 'vlan'; readonly vlan: string }
  | { readonly kind: 'port'; readonly name: string; readonly below: readonly string[] };

/** A port as the switch names it: its type, and its numbers. */
export interface PortName {
  readonly type: string;
  readonly numbers: string;
}

/** What the simulator calls `104/0/10`, or `FortyGigabitEthernet104/0/49` where that is not the type of most ports. */
export function portName(name: string, interfaceType: string): PortName {
  const [, type = '', numbers = name] = /^([A-Za-z]*)(.*)$/.exec(name) ?? [];
  return { type: type || interfaceType, numbers };
}

/** The path of a port. The name has slashes in it and therefore stands between quotation marks. */
export function portPath({ type, numbers }: PortName): string {
  return `${INTERFACES}/${type}/%22${numbers}%22`;
}

/** The path of a VLAN. */
export function vlanPath(vlan: string): string {
  return `${INTERFACES}/Vlan/${vlan}`;
}

/** Finds what a path leads to, whether or not that is there now; but ports have to be. Without quotation marks no port is found. */
export function addressOf(path: string, { ports }: Configuration, interfaceType: string): Address | null {
  const [rest, config, running, ...inside] = parts(path.replace(/\?.*$/, ''));
  if (rest !== 'rest' || config !== 'config' || running !== 'running') return null;
  // The schema has VLANs in a container of their own; both paths lead to them.
  const [root, type, key, ...below] = inside[0] === 'interface-vlan' ? inside.slice(1) : inside;
  if (root !== 'interface') return null;
  if (type === undefined) return { kind: 'interfaces' };
  if (key === undefined) return null;
  if (/^vlan$/i.test(type)) return below.length === 0 ? { kind: 'vlan', vlan: key } : null;
  const name = Object.keys(ports).find((each) => {
    const port = portName(each, interfaceType);
    return port.type === type && `"${port.numbers}"` === key;
  });
  return name === undefined ? null : { kind: 'port', name, below };
}

/** The steps of a path; what is quoted is one, and keeps its quotation marks. */
function parts(path: string): string[] {
  return (path.replace(/%22/g, '"').match(/"[^"]*"|[^/]+/g) ?? []).map((part) => part.replace(/%2f/gi, '/'));
}
