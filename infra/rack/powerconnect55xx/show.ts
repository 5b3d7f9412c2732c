import { listed } from '../dell/general-mode.ts';
import { portGroups, text } from '../dell/layout.ts';
import { formatVlanList, wrapList } from '../vlan-list.ts';
import { type Configuration, existingVlans, freshPort, longName, type PortConfiguration, portLines } from './configuration.ts';
import { commaLines, cut, rows, rule } from './layout.ts';
import { uptime } from './time.ts';

const VERSION = '4.1.0.19';
const MAC = '02:00:5e:55:48:01';
const VLAN_COLUMNS = [4, 12, 18, 18, 9, 13];
const PORT_CHANNELS = 32;

function portOf(configuration: Configuration, name: string): PortConfiguration {
  return configuration.ports[name] ?? freshPort();
}

/** How a port is in a VLAN by its configuration, whether it is up or not. */
function membership(port: PortConfiguration, vlan: number): 'tagged' | 'untagged' | null {
  if (port.mode === 'access') return port.access === vlan ? 'untagged' : null;
  if (port.mode === 'trunk') {
    if (!listed(port.allowed).includes(vlan)) return null;
    return port.native === vlan ? 'untagged' : 'tagged';
  }
  if (listed(port.general.untagged).includes(vlan)) return 'untagged';
  return listed(port.general.tagged).includes(vlan) ? 'tagged' : null;
}

/** `show vlan` as a 5548 with firmware 4.1.0.1 prints it, with a column for tagged and one for untagged ports. */
export function showVlan(configuration: Configuration, vlans: readonly number[] = existingVlans(configuration)): string {
  const members = (vlan: number, how: 'tagged' | 'untagged') => {
    const names = Object.keys(configuration.ports).filter((name) => membership(portOf(configuration, name), vlan) === how);
    // Port channels are there whether they have members or not, and nobody has moved them.
    const channels = vlan === 1 && how === 'untagged' ? [`Po1-${PORT_CHANNELS}`] : [];
    return commaLines([...portGroups(names), ...channels], 18);
  };
  return text([
    '',
    'Vlan     Name        Tagged Ports      UnTagged Ports     Type    Authorization ',
    `${rule(VLAN_COLUMNS)} `,
    ...vlans.flatMap((vlan) =>
      rows(VLAN_COLUMNS, [
        [String(vlan)],
        cut(configuration.vlans[vlan] ?? '', 12),
        members(vlan, 'tagged'),
        members(vlan, 'untagged'),
        [vlan === 1 ? 'Default' : 'permanent'],
        ['Required'],
      ]).map((line) => `${line} `),
    ),
  ]);
}

/** `show interfaces status`: the link, not what was configured. */
export function showStatus(configuration: Configuration, interfaces: readonly string[]): string {
  return text([
    '                                             Flow Link          Back   Mdix',
    'Port     Type         Duplex  Speed Neg      ctrl State       Pressure Mode',
    '-------- ------------ ------  ----- -------- ---- ----------- -------- -------',
    ...interfaces.map((name) => {
      const port = name.padEnd(8);
      const type = (name.startsWith('te') ? '10G-Fiber' : '1G-Copper').padEnd(12);
      if (portOf(configuration, name).shutdown) return `${port} ${type}   --      --     --     --  Down           --     --`;
      return `${port} ${type} Full    ${name.startsWith('te') ? '10000' : '1000 '} Enabled  Off  Up          Disabled On`;
    }),
    '',
    '                                          Flow    Link',
    'Ch       Type    Duplex  Speed  Neg      control  State',
    '-------- ------- ------  -----  -------- -------  -----------',
    ...Array.from(
      { length: PORT_CHANNELS },
      (_, index) => `${`Po${index + 1}`.padEnd(8)}    --     --      --      --       --    Not Present`,
    ),
  ]);
}

/** `show interfaces configuration`: whether a port was shut down. */
export function showInterfaceConfiguration(configuration: Configuration, interfaces: readonly string[]): string {
  return text([
    '                                               Flow    Admin   Back     Mdix',
    'Port     Type         Duplex  Speed  Neg      control  State   Pressure Mode',
    '-------- ------------ ------  -----  -------- -------  -----   -------- ----',
    ...interfaces.map((name) => {
      const type = (name.startsWith('te') ? '10G-Fiber' : '1G-Copper').padEnd(12);
      const state = portOf(configuration, name).shutdown ? 'Down ' : 'Up   ';
      return `${name.padEnd(8)} ${type} Full    ${name.startsWith('te') ? '10000' : '1000 '}  Enabled  Off      ${state}   Disabled Auto`;
    }),
  ]);
}

/** `show interfaces description`. */
export function showDescriptions(configuration: Configuration, interfaces: readonly string[]): string {
  const lines = interfaces.map((name) => `${name.padEnd(9)} ${portOf(configuration, name).description}`.trimEnd());
  return text(['Port      Description', '-------   -----------', ...lines]);
}

/** `show mac address-table` of a switch that has heard nobody: only itself. */
export function showMacAddressTable(): string {
  const widths = [8, 21, 10, 10];
  return text([
    'Aging time is 300 sec',
    '',
    '  Vlan        Mac Address         Port       Type    ',
    `${rule(widths)} `,
    ...rows(widths, [['1'], [MAC], ['0'], ['self']]).map((line) => `${line} `),
  ]);
}

/** `show running-config`, or the block of one port. A port at its defaults has none. */
export function showRunning(configuration: Configuration, hostname: string, interfaces?: readonly string[]): string {
  const blocks = (interfaces ?? Object.keys(configuration.ports)).flatMap((name) => {
    const lines = portLines(portOf(configuration, name));
    return lines.length === 0 ? [] : [`interface ${longName(name)}`, ...lines.map((line) => ` ${line}`), '!'];
  });
  if (interfaces !== undefined) return text(blocks);
  const vlans = existingVlans(configuration).filter((vlan) => vlan !== 1);
  const named = vlans.filter((vlan) => configuration.vlans[vlan] !== String(vlan));
  return text([
    ...(vlans.length === 0
      ? []
      : ['vlan database', ...wrapList(formatVlanList(vlans).split(','), ',', 100).map((list) => `vlan ${list}`), 'exit']),
    `hostname ${hostname}`,
    // The real switch prints a digest here; no reader should find one to try.
    'username admin password encrypted * privilege 15',
    'ip ssh server',
    ...named.flatMap((vlan) => [`interface vlan ${vlan}`, ` name "${configuration.vlans[vlan]}"`, '!']),
    ...blocks,
  ]);
}

/** `show version`. */
export function showVersion(): string {
  const widths = [19, 19, 19, 19];
  return text([
    '        Unit             SW version         Boot version         HW version     ',
    `${rule(widths)} `,
    ...rows(widths, [['1'], [VERSION], ['2.0.0.05'], ['00.00.02']]).map((line) => `${line} `),
  ]);
}

/** `show bootvar`. */
export function showBootvar(): string {
  return text([
    'Unit  Image  Filename   Version    Date                    Status',
    '----  -----  ---------  ---------  ---------------------   -----------',
    `1     1      image-1    ${VERSION.padEnd(9)}  12-May-2014  16:20:31   Active* `,
    '1     2      image-2    4.1.0.10   03-Dec-2012  09:11:54   Not active',
    '',
    '"*" designates that the image was selected for the next boot',
  ]);
}

/** `show system`. `up` is the time since the start in milliseconds. */
export function showSystem(hostname: string, model: string, up: number): string {
  const line = (name: string, value: string) => `${name}:`.padEnd(42) + value;
  return text([
    line('System Type', model),
    line('System Up Time (days,hour:min:sec)', uptime(up)),
    line('System Contact', ''),
    line('System Name', hostname),
    line('System Location', ''),
    line('System MAC Address', MAC),
    line('System Object ID', '1.3.6.1.4.1.674.10895.3031'),
    line('Type', model),
    '',
    line('Main Power Supply Status', 'OK'),
    line('Fans Status    ', 'OK'),
  ]);
}
