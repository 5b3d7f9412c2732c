import { defaultVlanName } from '../switchport/switchport.ts';
import { wrapList } from '../vlan-list.ts';
import { type Configuration, existingVlans, FOREIGN_VLANS, portLines } from './configuration.ts';
import { shortName } from './interface-names.ts';
import type { CatalystSetting } from './shell.ts';
import { portOf } from './show-ports.ts';

const RELEASE = '15.2(7)E9';

/** First column of the list of ports in `show vlan`. */
const VLAN_PORTS_COLUMN = 48;
const VLAN_PORTS_WIDTH = 31;

function text(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}

/** Ports that `show vlan` lists under their access VLAN: all that are not trunks in operation, so a trunk that is shut is one. */
function accessMembers(configuration: Configuration): { readonly short: string; readonly vlan: number }[] {
  return Object.entries(configuration.ports)
    .filter(([, port]) => !port.routed && (port.mode !== 'trunk' || port.shutdown))
    .map(([name, port]) => ({ short: shortName(name), vlan: port.access }));
}

/** The table of VLANs of `show vlan`; names longer than its column are cut off. */
function vlanTable(configuration: Configuration, vlans: readonly number[]): string[] {
  const members = accessMembers(configuration);
  return [
    '',
    'VLAN Name                             Status    Ports',
    `---- ${'-'.repeat(32)} ${'-'.repeat(9)} ${'-'.repeat(31)}`,
    ...vlans.flatMap((vlan) => {
      const ports = members.filter((member) => member.vlan === vlan).map(({ short }) => short);
      const [first = '', ...more] = wrapList(ports, ', ', VLAN_PORTS_WIDTH);
      const name = (FOREIGN_VLANS[vlan] ?? configuration.vlans[vlan] ?? '').slice(0, 32).padEnd(32);
      const status = (vlan in FOREIGN_VLANS ? 'act/unsup' : 'active').padEnd(9);
      return [
        `${String(vlan).padEnd(4)} ${name} ${status} ${first}`,
        ...more.map((line) => ' '.repeat(VLAN_PORTS_COLUMN) + line),
      ];
    }),
  ];
}

function everyVlan(configuration: Configuration): number[] {
  return [...existingVlans(configuration), ...Object.keys(FOREIGN_VLANS).map(Number)].sort((a, b) => a - b);
}

/** `show vlan brief`. Trunk ports are not in it, whatever they carry. */
export function showVlanBrief(configuration: Configuration): string {
  return text(vlanTable(configuration, everyVlan(configuration)));
}

/** `show vlan`, or `show vlan id` of some VLANs. */
export function showVlan(configuration: Configuration, only: readonly number[]): string {
  const vlans = everyVlan(configuration).filter((vlan) => only.length === 0 || only.includes(vlan));
  if (vlans.length === 0) return `VLAN id ${only.join(',')} not found in current VLAN database\n`;
  return text([
    ...vlanTable(configuration, vlans),
    '',
    'VLAN Type  SAID       MTU   Parent RingNo BridgeNo Stp  BrdgMode Trans1 Trans2',
    '---- ----- ---------- ----- ------ ------ -------- ---- -------- ------ ------',
    ...vlans.map((vlan) => {
      const said = `10${String(vlan).padStart(4, '0')}`;
      return `${String(vlan).padEnd(4)} enet  ${said}     1500  -      -      -        -    -        0      0   `;
    }),
    '',
    'Remote SPAN VLANs',
    '-'.repeat(78),
    '',
    '',
    'Primary Secondary Type              Ports',
    '------- --------- ----------------- ------------------------------------------',
    '',
  ]);
}

function withHeader(body: readonly string[], gap: readonly string[]): string {
  const bytes = text(body).length;
  return text(['Building configuration...', '', `Current configuration : ${bytes} bytes`, ...gap, ...body, '']);
}

function interfaceBlock(configuration: Configuration, name: string): string[] {
  return [`interface ${name}`, ...portLines(portOf(configuration, name)).map((line) => ` ${line}`)];
}

/** `show running-config interface X`. */
export function showRunningInterface(configuration: Configuration, name: string): string {
  return withHeader(['!', ...interfaceBlock(configuration, name), 'end'], []);
}

/** The whole running configuration. A VTP server keeps its VLANs elsewhere, so they are not in it. */
export function showRunning(
  configuration: Configuration,
  { hostname, username }: { readonly hostname: string; readonly username: string },
  { vtp, enablePassword }: CatalystSetting,
): string {
  const vlans = existingVlans(configuration)
    .filter((vlan) => vlan !== 1)
    .flatMap((vlan) => {
      const name = configuration.vlans[vlan] ?? '';
      return [`vlan ${vlan}`, ...(name === defaultVlanName(vlan) ? [] : [` name ${name}`]), '!'];
    });
  return withHeader(
    [
      '!',
      `version ${RELEASE.slice(0, 4)}`,
      'service timestamps log datetime msec',
      '!',
      `hostname ${hostname}`,
      '!',
      // The real switch prints digests here; no reader should find one to try.
      ...(enablePassword === undefined ? [] : ['enable secret 5 *', '!']),
      `username ${username} secret 5 *`,
      'no ip domain-lookup',
      `vtp mode ${vtp}`,
      '!',
      ...(vtp === 'transparent' ? vlans : []),
      ...Object.keys(configuration.ports).flatMap((name) => [...interfaceBlock(configuration, name), '!']),
      'interface Vlan1',
      ' no ip address',
      '!',
      'line con 0',
      'line vty 0 15',
      ' login local',
      '!',
      'end',
    ],
    ['!', '! Last configuration change at 00:01:02 UTC Mon Mar 1 1993'],
  );
}

/** `show vtp status` of a switch without a domain. */
export function showVtp(configuration: Configuration, { vtp }: CatalystSetting): string {
  return text([
    'VTP Version capable             : 1 to 3',
    'VTP version running             : 1',
    'VTP Domain Name                 : ',
    'VTP Pruning Mode                : Disabled',
    'VTP Traps Generation            : Disabled',
    '',
    'Feature VLAN:',
    '--------------',
    `VTP Operating Mode                : ${vtp === 'server' ? 'Server' : 'Transparent'}`,
    'Maximum VLANs supported locally   : 1005',
    `Number of existing VLANs          : ${everyVlan(configuration).length}`,
    '',
  ]);
}

/** `show version` of a Catalyst 2960-X. `up` is the time since the start in milliseconds. */
export function showVersion(hostname: string, ports: number, up: number): string {
  const minutes = Math.floor(up / 60_000);
  return text([
    `Cisco IOS Software, C2960X Software (C2960X-UNIVERSALK9-M), Version ${RELEASE}, RELEASE SOFTWARE (fc4)`,
    'Technical Support: http://www.cisco.com/techsupport',
    'Copyright (c) 1986-2023 by Cisco Systems, Inc.',
    '',
    'ROM: Bootstrap program is C2960X boot loader',
    '',
    `${hostname} uptime is ${Math.floor(minutes / 60)} hours, ${minutes % 60} minutes`,
    'System returned to ROM by power-on',
    'System image file is "flash:/c2960x-universalk9-mz.152-7.E9.bin"',
    '',
    'cisco WS-C2960X-48TS-L (APM86XXX) processor (revision A0) with 524288K bytes of memory.',
    'Processor board ID SIMULATED00',
    'Last reset from power-on',
    `${ports} Gigabit Ethernet interfaces`,
    'The password-recovery mechanism is enabled.',
    '',
    'Configuration register is 0xF',
    '',
  ]);
}

/** `show mac address-table` of a switch that has heard nobody but itself. */
export function showMacAddressTable(): string {
  return text([
    '          Mac Address Table',
    '-------------------------------------------',
    '',
    'Vlan    Mac Address       Type        Ports',
    '----    -----------       --------    -----',
    ' All    0100.0ccc.cccc    STATIC      CPU',
    'Total Mac Addresses for this criterion: 1',
  ]);
}
