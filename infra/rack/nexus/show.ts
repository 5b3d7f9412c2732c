import { wrapList } from '../vlan-list.ts';
import {
  allowedVlans,
  type Configuration,
  existingVlans,
  freshPort,
  type PortConfiguration,
  portLines,
  vlanLines,
} from './configuration.ts';
import { headerTime } from './time.ts';

const RELEASE = '7.3(13)N1(1)';
const RULE = '-'.repeat(80);

/** First column of the list of ports in `show vlan`. */
const VLAN_PORTS_COLUMN = 48;
const VLAN_PORTS_WIDTH = 31;

/** Width at which the list of allowed VLANs in `show interface switchport` goes on in the next line. */
const ALLOWED_COLUMNS = 50;

function text(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}

function short(name: string): string {
  return name.replace('Ethernet', 'Eth');
}

function portOf(configuration: Configuration, name: string): PortConfiguration {
  return configuration.ports[name] ?? freshPort();
}

function vlanWithName(configuration: Configuration, vlan: number): string {
  // A port keeps the number of a VLAN that was deleted, or never was.
  return `${vlan} (${configuration.vlans[vlan] ?? 'Vlan not created'})`;
}

/** `show interface switchport`. Only the operational mode is shown: a trunk that is shut reads as down, not as trunk. */
export function showSwitchport(configuration: Configuration, interfaces: readonly string[]): string {
  return text(
    interfaces.flatMap((name) => {
      const port = portOf(configuration, name);
      const allowed = wrapList((port.allowed || 'none').split(','), ',', ALLOWED_COLUMNS).join(',\n    ');
      return [
        `Name: ${name}`,
        '  Switchport: Enabled',
        '  Switchport Monitor: Not enabled ',
        `  Operational Mode: ${port.shutdown ? 'down' : port.mode}`,
        `  Access Mode VLAN: ${vlanWithName(configuration, port.access)}`,
        `  Trunking Native Mode VLAN: ${vlanWithName(configuration, port.native)}`,
        `  Trunking VLANs Allowed: ${allowed}`,
        '  Voice VLAN: none',
        '  Extended Trust State : not trusted [COS = 0]',
        '  Administrative private-vlan primary host-association: none',
        '  Administrative private-vlan secondary host-association: none',
        '  Administrative private-vlan primary mapping: none',
        '  Administrative private-vlan secondary mapping: none',
        '  Administrative private-vlan trunk native VLAN: none',
        '  Administrative private-vlan trunk encapsulation: dot1q',
        '  Administrative private-vlan trunk normal VLANs: none',
        '  Administrative private-vlan trunk private VLANs: none',
        '  Operational private-vlan: none',
        '  Unknown unicast blocked: disabled',
        '  Unknown multicast blocked: disabled',
        '',
      ];
    }),
  );
}

/** `show interface status`. The name column holds 18 characters and cuts the rest off. */
export function showInterfaceStatus(configuration: Configuration, interfaces: readonly string[]): string {
  const row = (cells: readonly [string, string, string, string, string, string, string]) =>
    [14, 19, 10, 10, 8, 8, 0]
      .map((width, column) => (cells[column] ?? '').slice(0, width ? width - 1 : undefined).padEnd(width))
      .join('');
  return text([
    '',
    RULE,
    row(['Port', 'Name', 'Status', 'Vlan', 'Duplex', 'Speed', 'Type']),
    RULE,
    ...interfaces.map((name) => {
      const port = portOf(configuration, name);
      const vlan = port.mode === 'trunk' ? 'trunk' : String(port.access);
      // An access port whose VLAN is not there has link but forwards nothing.
      const inactive = port.mode === 'access' && configuration.vlans[port.access] === undefined;
      const status = port.shutdown ? 'disabled' : inactive ? 'inactive' : 'connected';
      return row([short(name), port.description || '--', status, vlan, 'full', '10G', '10Gbase-SR']);
    }),
  ]);
}

/** `show vlan` and `show vlan brief`. A trunk port stands under every VLAN that it allows and that exists. */
export function showVlan(configuration: Configuration, brief: boolean): string {
  const vlans = existingVlans(configuration);
  const members = Object.entries(configuration.ports).map(([name, port]) => ({
    name: short(name),
    vlans: new Set(port.mode === 'access' ? [port.access] : allowedVlans(port)),
  }));
  const table = vlans.flatMap((vlan) => {
    const ports = members.filter((member) => member.vlans.has(vlan)).map(({ name }) => name);
    const [first = '', ...more] = wrapList(ports, ', ', VLAN_PORTS_WIDTH);
    const name = (configuration.vlans[vlan] ?? '').padEnd(32);
    return [
      `${String(vlan).padEnd(4)} ${name} ${'active'.padEnd(9)} ${first}`,
      ...more.map((line) => ' '.repeat(VLAN_PORTS_COLUMN) + line),
    ];
  });
  const head = [
    '',
    'VLAN Name                             Status    Ports',
    `---- ${'-'.repeat(32)} ${'-'.repeat(9)} ${'-'.repeat(31)}`,
  ];
  if (brief) return text([...head, ...table, '']);
  return text([
    ...head,
    ...table,
    '',
    'VLAN Type         Vlan-mode',
    '---- -----        ----------',
    ...vlans.map((vlan) => `${String(vlan).padEnd(4)} enet         CE     `),
    '',
    'Remote SPAN VLANs',
    '-'.repeat(79),
    '',
    'Primary  Secondary  Type             Ports',
    '-------  ---------  ---------------  -------------------------------------------',
    '',
  ]);
}

function header(command: string): string[] {
  return ['', `!Command: ${command}`, `!Time: ${headerTime(new Date())}`, '', `version ${RELEASE}`];
}

function interfaceBlocks(configuration: Configuration, interfaces: readonly string[]): string[] {
  return interfaces.flatMap((name) => [
    `interface ${name}`,
    ...portLines(portOf(configuration, name)).map((line) => `  ${line}`),
    '',
  ]);
}

/** `show running-config interface ...`; `named` is the interface or range as the header repeats it. */
export function showRunningInterfaces(configuration: Configuration, interfaces: readonly string[], named: string): string {
  return text([...header(`show running-config interface ${named}`), '', ...interfaceBlocks(configuration, interfaces)]);
}

/** The whole running configuration. */
export function showRunning(configuration: Configuration, hostname: string, username: string): string {
  return text([
    ...header('show running-config'),
    `hostname ${hostname}`,
    '',
    'feature telnet',
    'feature lldp',
    '',
    // The real switch prints a salted digest here; no reader should find one to try.
    `username ${username} password 5 *  role network-admin`,
    ...vlanLines(configuration),
    '',
    ...interfaceBlocks(configuration, Object.keys(configuration.ports)),
    'interface mgmt0',
    'line console',
    'line vty',
    '',
  ]);
}

/** `show version` of a Nexus 5548. `up` is the time since the start in milliseconds. */
export function showVersion(hostname: string, up: number): string {
  const seconds = Math.floor(up / 1000);
  const [days, hours, minutes] = [Math.floor(seconds / 86400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60];
  return text([
    'Cisco Nexus Operating System (NX-OS) Software',
    '',
    'Software',
    '  BIOS:      version 3.6.0',
    '  loader:    version N/A',
    `  kickstart: version ${RELEASE}`,
    `  system:    version ${RELEASE}`,
    '',
    '',
    'Hardware',
    '  cisco Nexus5548 Chassis ("O2 32X10GE/Modular Universal Platform Supervisor")',
    '  Intel(R) Xeon(R) CPU         with 8253792 kB of memory.',
    '  Processor Board ID SIMULATED00',
    '',
    `  Device name: ${hostname}`,
    '  bootflash:    2007040 kB',
    '',
    `Kernel uptime is ${days} day(s), ${hours} hour(s), ${minutes} minute(s), ${seconds % 60} second(s)`,
    '',
  ]);
}

/** `show mac address-table` of a switch that has heard nobody. */
export function showMacAddressTable(): string {
  return text([
    'Legend: ',
    '        * - primary entry, G - Gateway MAC, (R) - Routed MAC, O - Overlay MAC',
    '        age - seconds since last seen,+ - primary entry using vPC Peer-Link',
    '   VLAN     MAC Address      Type      age     Secure NTFY Ports/SWID.SSID.LID',
    '---------+-----------------+--------+---------+------+----+------------------',
  ]);
}
