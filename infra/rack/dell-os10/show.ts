import { portGroups, text } from '../dell/layout.ts';
import { wrapList } from '../vlan-list.ts';
import {
  type Configuration,
  DEFAULT_VLAN,
  existingVlans,
  freshPort,
  freshVlan,
  type PortConfiguration,
  type VlanConfiguration,
} from './configuration.ts';

const VERSION = '10.5.2.4';

/** Columns of `show vlan` in front of the column `Q`. */
const COLUMNS_BEFORE_PORTS = 53;
const PORTS_WIDTH = 60;

/** A range as the other Dell switches write it. */
const RANGE = /^(.*\/)(\d+)-(\d+)$/;

/** The lines of a port in the running configuration, the mode only if it is trunk. */
function portLines({ description, shutdown, routed, mode, access, tagged }: PortConfiguration): string[] {
  return [
    ...(description === '' ? [] : [`description ${quoted(description)}`]),
    shutdown ? 'shutdown' : 'no shutdown',
    ...(routed ? ['no switchport'] : mode === 'trunk' ? ['switchport mode trunk'] : []),
    ...(routed ? [] : [access === null ? 'no switchport access vlan' : `switchport access vlan ${access}`]),
    ...(tagged === '' || mode !== 'trunk' ? [] : [`switchport trunk allowed vlan ${tagged}`]),
    'flowcontrol receive off',
  ];
}

/** The lines of a VLAN in the running configuration. */
function vlanLines({ name, description, shutdown }: VlanConfiguration): string[] {
  return [
    ...(name === '' ? [] : [`vlan-name ${quoted(name)}`]),
    ...(description === '' ? [] : [`description ${quoted(description)}`]),
    shutdown ? 'shutdown' : 'no shutdown',
  ];
}

function quoted(words: string): string {
  return /\s/.test(words) ? `"${words}"` : words;
}

/** `show running-configuration interface`, of one port or some VLANs, and `show configuration` below them. */
export function showRunningInterfaces(
  configuration: Configuration,
  { interfaces = [], vlans = [] }: { readonly interfaces?: readonly string[]; readonly vlans?: readonly number[] },
): string {
  return text([
    ...vlans.flatMap((id) => block(`vlan${id}`, vlanLines(configuration.vlans[id] ?? freshVlan()))),
    ...interfaces.flatMap((name) => block(name, portLines(configuration.ports[name] ?? freshPort()))),
  ]);
}

function block(name: string, lines: readonly string[]): string[] {
  return ['!', `interface ${name}`, ...lines.map((line) => ` ${line}`)];
}

/** The whole running configuration. */
export function showRunning(configuration: Configuration, hostname: string): string {
  return text([
    `! Version ${VERSION}`,
    '! Last configuration change at Nov  22 10:21:01 2026',
    '!',
    'ip vrf default',
    '!',
    'iscsi target port 860',
    'iscsi target port 3260',
    `hostname ${hostname}`,
    '!',
    'class-map type application class-iscsi',
    showRunningInterfaces(configuration, {
      vlans: existingVlans(configuration),
      interfaces: Object.keys(configuration.ports),
    }).trimEnd(),
    '!',
    'interface mgmt1/1/1',
    ' no shutdown',
    ' ip address dhcp',
    '!',
    'snmp-server contact "Contact Support"',
  ]);
}

/** Under which VLANs a port stands in `show vlan`, and how. */
function membership({ routed, mode, access, tagged }: PortConfiguration, vlan: number): 'A' | 'T' | null {
  if (routed) return null;
  if (access === vlan) return 'A';
  const list = mode === 'trunk' ? tagged.split(',') : [];
  const inList = list.some((part) => {
    const [first = 0, last = first] = part.split('-').map(Number);
    return part !== '' && first <= vlan && vlan <= last;
  });
  return inList ? 'T' : null;
}

/** `show vlan`. Ports stand in a row of tagged ones and one of access ports, which may each go on in rows that carry nothing else. */
export function showVlan(configuration: Configuration, vlans: readonly number[] = existingVlans(configuration)): string {
  const rows = vlans.flatMap((id) => {
    const members = Object.entries(configuration.ports).map(([name, port]) => ({ name, port, q: membership(port, id) }));
    const ports = (['T', 'A'] as const).flatMap((q) => {
      const names = members.filter((member) => member.q === q).map(({ name }) => name.replace('ethernet', ''));
      return wrapList(grouped(names), ',', PORTS_WIDTH).map((list) => `${q} Eth${list}`);
    });
    const isActive = members.some(({ port, q }) => q !== null && !port.shutdown);
    const [first = '', ...more] = ports;
    const { name, description } = configuration.vlans[id] ?? freshVlan();
    const mark = id === DEFAULT_VLAN ? '*' : ' ';
    const cells = [`${mark}   ${id}`.padEnd(11), isActive ? 'Active    ' : 'Inactive  ', (description || name).slice(0, 31)];
    return [
      `${cells.join('').padEnd(COLUMNS_BEFORE_PORTS)}${first}`.trimEnd(),
      ...more.map((row) => ' '.repeat(COLUMNS_BEFORE_PORTS) + row),
    ];
  });
  return text([
    'Codes: * - Default VLAN, M - Management VLAN, R - Remote Port Mirroring VLANs,',
    '       @ - Attached to Virtual Network, P - Primary, C - Community, I - Isolated',
    'Q: A - Access (Untagged), T - Tagged',
    '    NUM    Status    Description                     Q Ports',
    ...rows,
  ]);
}

/** Neighbours drawn together with both ends in full, `1/1/1-1/1/3`, `1/1/5`; lanes of a port that is broken out stand alone. */
function grouped(paths: readonly string[]): string[] {
  return wholePorts(paths).flatMap((run) =>
    run.length === 1 && run[0]?.includes(':') ? run : portGroups(run).map((group) => group.replace(RANGE, '$1$2-$1$3')),
  );
}

/** Cuts the names around each lane. */
function wholePorts(paths: readonly string[]): string[][] {
  const runs: string[][] = [];
  for (const path of paths) {
    const run = runs.at(-1);
    if (run === undefined || path.includes(':') || run.at(-1)?.includes(':')) runs.push([path]);
    else run.push(path);
  }
  return runs;
}

/** `show mac address-table` of a switch that has heard nobody. */
export function showMacAddressTable(): string {
  return text(['VlanId        Mac Address         Type        Interface']);
}

/** `show version` of an S4112. `up` is the time since the start in milliseconds. */
export function showVersion(up: number): string {
  return text([
    'Dell EMC Networking OS10 Enterprise',
    'Copyright (c) 1999-2021 by Dell Inc. All Rights Reserved.',
    `OS Version: ${VERSION}`,
    `Build Version: ${VERSION}.258`,
    'Build Time: 2021-01-27T22:12:20+0000',
    'System Type: S4112F-ON',
    'Architecture: x86_64',
    `Up Time: ${new Date(up).toISOString().slice(11, 19)}`,
  ]);
}
