import { ALL_ALLOWED } from '../switchport/switchport.ts';
import { wrapList } from '../vlan-list.ts';
import { type Configuration, freshPort, iosVlanList, type PortConfiguration, vlanName } from './configuration.ts';
import { shortName } from './interface-names.ts';
import type { CatalystSetting } from './shell.ts';

/** Width at which the list of allowed VLANs of `show interfaces switchport` goes on in the next line, five blanks in. */
const ALLOWED_COLUMNS = 56;

/** The configuration of a port, which is one of the switch. */
export function portOf(configuration: Configuration, name: string): PortConfiguration {
  return configuration.ports[name] ?? freshPort();
}

function vlanWithName(configuration: Configuration, vlan: number): string {
  // A port keeps the number of a VLAN that was deleted, or never was.
  return `${vlan} (${vlanName(configuration, vlan) ?? 'Inactive'})`;
}

function allowedText({ allowed }: PortConfiguration): string {
  if (allowed === ALL_ALLOWED) return 'ALL';
  if (allowed === '') return 'NONE';
  return wrapList(iosVlanList(allowed).split(','), ',', ALLOWED_COLUMNS).join(',\n     ');
}

function encapsulationLines(port: PortConfiguration, { knowsIsl }: CatalystSetting): string[] {
  const isTrunk = port.mode === 'trunk';
  const operational = `Operational Trunking Encapsulation: ${isTrunk ? 'dot1q' : 'native'}`;
  return [
    `Administrative Trunking Encapsulation: ${knowsIsl ? port.encapsulation : 'dot1q'}`,
    // A port that is down is neither: the line is left out.
    ...(port.shutdown ? [] : [operational]),
    `Negotiation of Trunking: ${port.mode === 'access' || port.nonegotiate ? 'Off' : 'On'}`,
  ];
}

/** `show interfaces switchport`. The administrative mode is what is configured; the operational mode of a port that is shut is `down`. */
export function showSwitchport(configuration: Configuration, interfaces: readonly string[], setting: CatalystSetting): string {
  const lines = interfaces.flatMap((name) => {
    const port = portOf(configuration, name);
    if (port.routed) return [`Name: ${shortName(name)}`, 'Switchport: Disabled', ''];
    const static_ = (mode: string) => (mode === 'trunk' ? 'trunk' : 'static access');
    return [
      `Name: ${shortName(name)}`,
      'Switchport: Enabled',
      `Administrative Mode: ${port.mode.startsWith('dynamic') ? port.mode : static_(port.mode)}`,
      `Operational Mode: ${port.shutdown ? 'down' : static_(port.mode)}`,
      ...encapsulationLines(port, setting),
      `Access Mode VLAN: ${vlanWithName(configuration, port.access)}`,
      `Trunking Native Mode VLAN: ${vlanWithName(configuration, port.native)}`,
      'Administrative Native VLAN tagging: enabled',
      'Voice VLAN: none',
      'Administrative private-vlan host-association: none ',
      'Administrative private-vlan mapping: none ',
      'Administrative private-vlan trunk native VLAN: none',
      'Administrative private-vlan trunk Native VLAN tagging: enabled',
      'Administrative private-vlan trunk encapsulation: dot1q',
      'Administrative private-vlan trunk normal VLANs: none',
      'Administrative private-vlan trunk associations: none',
      'Administrative private-vlan trunk mappings: none',
      'Operational private-vlan: none',
      `Trunking VLANs Enabled: ${allowedText(port)}`,
      'Pruning VLANs Enabled: 2-1001',
      'Capture Mode Disabled',
      'Capture VLANs Allowed: ALL',
      '',
      'Protected: false',
      'Unknown unicast blocked: disabled',
      'Unknown multicast blocked: disabled',
      'Appliance trust: none',
      '',
    ];
  });
  return lines.map((line) => `${line}\n`).join('');
}

/** `show interfaces status`. The name column holds 18 characters and cuts the rest off. */
export function showStatus(configuration: Configuration, interfaces: readonly string[]): string {
  const rows = interfaces.map((name) => {
    const port = portOf(configuration, name);
    const vlan = port.routed ? 'routed' : port.mode === 'trunk' ? 'trunk' : String(port.access);
    // An access port whose VLAN is not there has link but forwards nothing.
    const isInactive = port.mode !== 'trunk' && !port.routed && configuration.vlans[port.access] === undefined;
    const status = port.shutdown ? 'disabled' : isInactive ? 'inactive' : 'connected';
    const [duplex, speed] = port.shutdown ? ['auto', 'auto'] : ['a-full', 'a-1000'];
    const cells = [
      shortName(name).padEnd(10),
      port.description.slice(0, 18).padEnd(19),
      status.padEnd(13),
      vlan.padEnd(10),
      duplex.padStart(7),
      speed.padStart(7),
      ' 10/100/1000BaseTX',
    ];
    return `${cells.join('')}\n`;
  });
  return `\nPort      Name               Status       Vlan       Duplex  Speed Type\n${rows.join('')}`;
}

/** `show interfaces trunk`: only ports that are trunks and up. */
export function showTrunks(configuration: Configuration, interfaces: readonly string[]): string {
  const trunks = interfaces
    .map((name) => ({ short: shortName(name), port: portOf(configuration, name) }))
    .filter(({ port }) => port.mode === 'trunk' && !port.shutdown && !port.routed);
  if (trunks.length === 0) return '';
  const lines = [
    '',
    'Port        Mode             Encapsulation  Status        Native vlan',
    ...trunks.map(({ short, port }) => `${short.padEnd(12)}on               802.1q         trunking      ${port.native}`),
    '',
    'Port        Vlans allowed on trunk',
    ...trunks.map(({ short, port }) => short.padEnd(12) + (iosVlanList(port.allowed) || 'none')),
    '',
  ];
  return lines.map((line) => `${line}\n`).join('');
}
