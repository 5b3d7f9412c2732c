import { listed } from '../dell/general-mode.ts';
import { text } from '../dell/layout.ts';
import { type Configuration, DEFAULT_VLAN, existingVlans, forwarding } from './configuration.ts';
import { grouped, longName } from './port-names.ts';
import { portLines, portNamed } from './show-ports.ts';

const VERSION = '9.14(2.4)';

/** The ports that are in a VLAN, in each of the two ways. */
function members({ ports }: Configuration, vlan: number): { readonly tagged: string[]; readonly untagged: string[] } {
  const names = Object.keys(ports);
  return {
    tagged: names.filter((name) => listed(ports[name]?.tagged ?? '').includes(vlan)),
    untagged: names.filter((name) => {
      const port = ports[name];
      return port !== undefined && forwarding(port).native === vlan;
    }),
  };
}

/** `show vlan`, and `show vlan id`. A VLAN is active while a port of it is up. */
export function showVlan(configuration: Configuration, vlans: readonly number[] = existingVlans(configuration)): string {
  return text([
    '',
    'Codes: * - Default VLAN, G - GVRP VLANs, R - Remote Port Mirroring VLANs, P - Primary, C - Community, I - Isolated',
    '       O - Openflow, Vx - Vxlan',
    'Q: U - Untagged, T - Tagged',
    '   x - Dot1x untagged, X - Dot1x tagged',
    '   o - OpenFlow untagged, O - OpenFlow tagged',
    '   G - GVRP tagged, M - Vlan-stack',
    '   i - Internal untagged, I - Internal tagged, v - VLT untagged, V - VLT tagged',
    '',
    '    NUM    Status    Description                     Q Ports',
    ...vlans.flatMap((vlan) => vlanRows(configuration, vlan)),
    '',
  ]);
}

function vlanRows(configuration: Configuration, vlan: number): string[] {
  const { tagged, untagged } = members(configuration, vlan);
  const isActive = [...tagged, ...untagged].some((name) => !portNamed(configuration, name).shutdown);
  const { name = '', description = '' } = configuration.vlans[vlan] ?? {};
  const rows = [...grouped(tagged).map((ports) => `T ${ports}`), ...grouped(untagged).map((ports) => `U ${ports}`)];
  const [first = '', ...more] = rows;
  const head = [
    (vlan === DEFAULT_VLAN ? '*' : '').padEnd(4),
    String(vlan).padEnd(7),
    (isActive ? 'Active' : 'Inactive').padEnd(10),
    (description || name).slice(0, 31).padEnd(32),
  ].join('');
  return [(head + first).trimEnd(), ...more.map((row) => ' '.repeat(head.length) + row)];
}

/** The lines of a VLAN in the running configuration. Those of the default VLAN cannot be typed, and are comments. */
export function vlanLines(configuration: Configuration, vlan: number): string[] {
  const { tagged, untagged } = members(configuration, vlan);
  const { name = '', description = '' } = configuration.vlans[vlan] ?? {};
  const mark = vlan === DEFAULT_VLAN ? '!' : ' ';
  return [
    '!',
    `interface Vlan ${vlan}`,
    ...(description === '' ? [] : [` description ${description}`]),
    ...(name === '' ? [] : [` name ${name}`]),
    ...(vlan === DEFAULT_VLAN ? [] : [' no ip address']),
    ...grouped(tagged, longName).map((ports) => `${mark}tagged ${ports}`),
    ...grouped(untagged, longName).map((ports) => `${mark}untagged ${ports}`),
    // Of VLANs it speaks of routing only: frames pass all the same.
    ' shutdown',
  ];
}

/** The whole running configuration. */
export function showRunning(configuration: Configuration, hostname: string): string {
  return text([
    'Current Configuration ...',
    `! Version ${VERSION}`,
    '! Last configuration change at Mon Nov 16 08:51:42 2026 by admin',
    '! Startup-config last updated at Mon Nov 16 08:51:44 2026 by admin',
    '!',
    'boot system stack-unit 1 primary system://A',
    '!',
    `hostname ${hostname}`,
    '!',
    'protocol lldp',
    '!',
    'redundancy auto-synchronize full',
    '!',
    // The real switch prints a digest here; no reader should find one to try.
    'username admin password 7 * privilege 15',
    '!',
    'rest-server http',
    '!',
    'stack-unit 1 provision S3048-ON',
    ...Object.keys(configuration.ports).flatMap((name) => portLines(name, portNamed(configuration, name))),
    ...existingVlans(configuration).flatMap((vlan) => vlanLines(configuration, vlan)),
    '!',
    'ip ssh server enable',
    '!',
    'line console 0',
    ...Array.from({ length: 10 }, (_, line) => `line vty ${line}`),
    '!',
    'end',
  ]);
}

/** `show mac-address-table` of a switch that has heard nobody. */
export function showMacAddressTable(): string {
  return text(['', 'Codes: *N - VLT Peer Synced MAC', 'VlanId     Mac Address           Type          Interface        State']);
}

/** `show version`. `up` is the time since the start in milliseconds. */
export function showVersion(ports: readonly string[], up: number): string {
  const minutes = Math.floor(up / 60_000);
  const days = Math.floor(minutes / 1440);
  return text([
    'Dell EMC Real Time Operating System Software',
    'Dell EMC Operating System Version:  2.0',
    `Dell EMC Application Software Version:  ${VERSION}`,
    'Copyright (c) 1999-2019 by Dell Inc. All Rights Reserved.',
    'Build Time: Mon Jul 29 10:20:30 2019',
    'Build Path: /build/SW/SRC',
    `Dell EMC Networking OS uptime is ${Math.floor(days / 7)} week(s), ${days % 7} day(s), ${Math.floor(minutes / 60) % 24} hour(s), ${minutes % 60} minute(s)`,
    '',
    'System image file is "system://A"',
    '',
    'System Type: S3048-ON',
    'Control Processor: Intel Rangeley with 2 Gbytes (2127458304 bytes) of memory, core(s) 2.',
    '',
    '128M bytes of boot flash memory.',
    '',
    '  1 52-port GE/TE (SG-ON)',
    ` ${String(ports.filter((name) => name.startsWith('Gi')).length).padStart(2)} GigabitEthernet/IEEE 802.3 interface(s)`,
    ` ${String(ports.filter((name) => name.startsWith('Te')).length).padStart(2)} Ten GigabitEthernet/IEEE 802.3 interface(s)`,
  ]);
}
