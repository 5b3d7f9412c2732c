import { allowedVlans } from '../switchport/switchport.ts';
import { wrapList } from '../vlan-list.ts';
import { blocks, type Configuration, existingVlans, portBlock } from './configuration.ts';
import type { ConfigurationSession } from './configuration-sessions.ts';
import { shortName } from './interface-names.ts';

const MODEL = 'DCS-7050SX3-48YC8';
const RELEASE = '4.29.2F';

/** First column of the list of ports in `show vlan`. */
const VLAN_PORTS_COLUMN = 49;
const VLAN_PORTS_WIDTH = 31;

function text(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}

/** Names of the ports in a VLAN: up and down, or only those that are up. A trunk is in every VLAN it allows. */
function members(configuration: Configuration, vlan: number, areDownToo: boolean): string[] {
  return Object.entries(configuration.ports)
    .filter(([, port]) => !port.routed && (areDownToo || !port.shutdown))
    .filter(([, port]) => (port.mode === 'access' ? port.access === vlan : allowedVlans(port).includes(vlan)))
    .map(([name]) => name);
}

/** `show vlan`, of all VLANs if `only` is empty. Ports that are down are in it only as `configured-ports`. */
export function showVlan(configuration: Configuration, only: readonly number[], areDownToo = false): string {
  const vlans = existingVlans(configuration).filter((vlan) => only.length === 0 || only.includes(vlan));
  if (vlans.length === 0) return `% VLAN ${only.join(',')} not found in current VLAN database\n`;
  return text([
    'VLAN  Name                             Status    Ports',
    `----- ${'-'.repeat(32)} ${'-'.repeat(9)} ${'-'.repeat(31)}`,
    ...vlans.flatMap((vlan) => {
      const ports = members(configuration, vlan, areDownToo).map(shortName);
      const [first = '', ...more] = wrapList(ports, ', ', VLAN_PORTS_WIDTH);
      const name = (configuration.vlans[vlan] ?? '').slice(0, 32).padEnd(32);
      return [
        `${String(vlan).padEnd(5)} ${name} ${'active'.padEnd(9)} ${first}`.trimEnd(),
        ...more.map((line) => ' '.repeat(VLAN_PORTS_COLUMN) + line),
      ];
    }),
    '',
  ]);
}

/** The same as data. */
export function vlansAsData(configuration: Configuration, only: readonly number[]): object {
  const vlans = existingVlans(configuration).filter((vlan) => only.length === 0 || only.includes(vlan));
  const found = vlans.map((vlan) => {
    const ports = members(configuration, vlan, false).map((name) => [name, { privatePromoted: false }]);
    const name = configuration.vlans[vlan] ?? '';
    return [String(vlan), { name, dynamic: false, status: 'active', interfaces: Object.fromEntries(ports) }];
  });
  return { vlans: Object.fromEntries(found), sourceDetail: '' };
}

/** `show running-config interfaces ...`: nothing but the blocks, also of ports that are at their defaults. */
export function showRunningInterfaces(configuration: Configuration, interfaces: readonly string[]): string {
  return text(interfaces.flatMap((name) => portBlock(configuration, name)));
}

/** A whole configuration, as `command` shows it. */
export function showConfiguration(
  configuration: Configuration,
  command: string,
  { hostname, username }: { readonly hostname: string; readonly username: string },
): string {
  return text([
    `! Command: ${command}`,
    `! device: ${hostname} (${MODEL}, EOS-${RELEASE})`,
    '!',
    'no aaa root',
    '!',
    // The real switch prints a digest here; no reader should find one to try.
    `username ${username} privilege 15 role network-admin secret sha512 *`,
    '!',
    `hostname ${hostname}`,
    '!',
    'spanning-tree mode mstp',
    '!',
    ...blocks(configuration).flatMap((lines) => [...lines, '!']),
    'interface Management1',
    '!',
    'no ip routing',
    '!',
    'end',
  ]);
}

/** `show session-config diffs`: block by block; a block that is the same is left out. */
export function showDifferences(running: Configuration, { name, candidate }: ConfigurationSession): string {
  const before = new Map(blocks(running).map(([head = '', ...lines]) => [head, lines]));
  const after = new Map(blocks(candidate).map(([head = '', ...lines]) => [head, lines]));
  const changed = [...new Set([...after.keys(), ...before.keys()])].flatMap((head) => {
    const [old, now] = [before.get(head), after.get(head)];
    const gone = (old ?? []).filter((line) => !now?.includes(line)).map((line) => `-${line}`);
    const come = (now ?? []).filter((line) => !old?.includes(line)).map((line) => `+${line}`);
    const mark = old === undefined ? '+' : now === undefined ? '-' : ' ';
    return mark === ' ' && gone.length + come.length === 0 ? [] : [mark + head, ...gone, ...come];
  });
  if (changed.length === 0) return '';
  return text(['--- system:/running-config', `+++ session:/${name}-session-config`, ...changed]);
}

/** `show version` of a 7050SX3. `up` is the time since the start in milliseconds. */
export function showVersion(up: number): string {
  const minutes = Math.floor(up / 60_000);
  return text([
    `Arista ${MODEL}`,
    'Hardware version: 11.03',
    'Serial number: SIMULATED00',
    'Hardware MAC address: 0200.5e00.5301',
    'System MAC address: 0200.5e00.5301',
    '',
    `Software image version: ${RELEASE}`,
    'Architecture: i686',
    `Internal build version: ${RELEASE}-30446240.4292F`,
    'Image format version: 3.0',
    '',
    `Uptime: ${Math.floor(minutes / 60)} hours and ${minutes % 60} minutes`,
    'Total memory: 8099732 kB',
    'Free memory: 5918516 kB',
    '',
  ]);
}

/** The same as data. */
export function versionAsData(up: number): object {
  return {
    mfgName: 'Arista',
    modelName: MODEL,
    hardwareRevision: '11.03',
    serialNumber: 'SIMULATED00',
    systemMacAddress: '02:00:5e:00:53:01',
    version: RELEASE,
    architecture: 'i686',
    uptime: up / 1000,
  };
}

/** `show mac address-table` of a switch that has heard nobody. */
export function showMacAddressTable(): string {
  return text([
    '          Mac Address Table',
    '-'.repeat(66),
    '',
    'Vlan    Mac Address       Type        Ports      Moves   Last Move',
    '----    -----------       ----        -----      -----   ---------',
    'Total Mac Addresses for this criterion: 0',
    '',
    '          Multicast Mac Address Table',
    '-'.repeat(66),
    '',
    'Vlan    Mac Address       Type        Ports',
    '----    -----------       ----        -----',
    'Total Mac Addresses for this criterion: 0',
  ]);
}
