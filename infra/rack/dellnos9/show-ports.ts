import { text } from '../dell/layout.ts';
import { formatVlanList, wrapList } from '../vlan-list.ts';
import { type Configuration, forwarding, freshPort, type PortConfiguration } from './configuration.ts';
import { longName, shortName } from './port-names.ts';

const LIST_WIDTH = 64;
const LIST_INDENT = 8;

/** A port that is there. */
export function portNamed({ ports }: Configuration, name: string): PortConfiguration {
  return ports[name] ?? freshPort();
}

/** `show interfaces switchport`, with or without a port; those that are not in layer 2 are not in it. */
export function showSwitchport(configuration: Configuration, names: readonly string[]): string {
  return text([
    '',
    'Codes:  U - Untagged, T - Tagged',
    '        x - Dot1x untagged, X - Dot1x tagged',
    '        G - GVRP tagged, M - Trunk',
    '        i - Internal untagged, I - Internal tagged, v - VLT untagged, V - VLT tagged',
    '',
    ...names.flatMap((name) => membership(name, portNamed(configuration, name))),
  ]);
}

function membership(name: string, port: PortConfiguration): string[] {
  if (!port.switchport) return [];
  const { native, tagged } = forwarding(port);
  return [
    `Name: ${longName(name)}`,
    ...(port.description === '' ? [] : [`Description: ${port.description}`]),
    `802.1QTagged: ${port.hybrid ? 'Hybrid' : tagged.length > 0 ? 'True' : 'False'}`,
    'Vlan membership:',
    'Q       Vlans',
    ...(native === null ? [] : [`U       ${native}`]),
    ...(tagged.length === 0 ? [] : list(`T       `, formatVlanList(tagged))),
    '',
    // Only a hybrid port has a native VLAN by that name.
    ...(port.hybrid ? [`Native VlanId:    ${native}.`, ''] : []),
    '',
    '',
  ];
}

function list(label: string, vlans: string): string[] {
  const lines = wrapList(vlans.split(','), ',', LIST_WIDTH);
  return lines.map(
    (line, index) => (index === 0 ? label : ' '.repeat(LIST_INDENT)) + line + (index < lines.length - 1 ? ',' : ''),
  );
}

/** `show interfaces status`, in which the VLANs of a port are one list. */
export function showStatus(configuration: Configuration, names: readonly string[]): string {
  return text([
    'Port                 Description  Status Speed        Duplex Vlan',
    ...names.map((name) => {
      const port = portNamed(configuration, name);
      const { native, tagged } = forwarding(port);
      const vlans = [...(native === null ? [] : [native]), ...tagged].sort((a, b) => a - b);
      const link = port.shutdown ? 'Down   Auto         Auto   ' : `Up     ${speed(name).padEnd(12)} Full   `;
      const description = port.description.slice(0, 12).padEnd(13);
      return `${shortName(name).padEnd(20)} ${description}${link}${formatVlanList(vlans) || '--'}`;
    }),
  ]);
}

function speed(name: string): string {
  const mbit = { Gi: 1000, Pe: 1000, Te: 10_000, Tf: 25_000, Fo: 40_000, Fi: 50_000, Hu: 100_000 };
  return `${Object.entries(mbit).find(([type]) => name.startsWith(type))?.[1] ?? 1000} Mbit`;
}

/** The lines of a port in the running configuration: VLANs are not among them. */
export function portLines(name: string, { description, hybrid, switchport, shutdown }: PortConfiguration): string[] {
  return [
    '!',
    `interface ${longName(name)}`,
    ...(description === '' ? [] : [` description ${description}`]),
    ' no ip address',
    ...(hybrid ? [' portmode hybrid'] : []),
    ...(switchport ? [' switchport'] : []),
    shutdown ? ' shutdown' : ' no shutdown',
  ];
}
