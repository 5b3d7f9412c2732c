import { listed } from '../dell/general-mode.ts';
import { text } from '../dell/layout.ts';
import { formatVlanList, wrapList } from '../vlan-list.ts';
import { ALL_ALLOWED, type Configuration, freshPort, type PortConfiguration } from './configuration.ts';

/** Blanks before what goes on of a list of VLANs in `show interfaces switchport`. */
const LIST_INDENT = 27;
const FIRST_LIST_WIDTH = 25;
const LIST_WIDTH = 52;

const STATUS_VLAN_COLUMN = 62;
const STATUS_VLAN_WIDTH = 19;

const MODES = { access: 'Access', trunk: 'Trunk', general: 'General' };

/** A port's configuration; a port nobody has touched for one that is not there. */
export function portOf(configuration: Configuration, name: string): PortConfiguration {
  return configuration.ports[name] ?? freshPort();
}

/** The VLAN of a port's untagged frames and those of its tagged ones, as configured: none of them need exist. */
export function configuredVlans(port: PortConfiguration): { readonly native: number | null; readonly tagged: readonly number[] } {
  if (port.mode === 'access') return { native: port.access, tagged: [] };
  const [native, members] =
    port.mode === 'trunk'
      ? [port.native, listed(port.allowed)]
      : [port.general.pvid, [...listed(port.general.untagged), ...listed(port.general.tagged)].sort((a, b) => a - b)];
  return { native: members.includes(native) ? native : null, tagged: members.filter((vlan) => vlan !== native) };
}

/** `show interfaces switchport`. Lists are broken early, and go on behind 27 blanks; the native VLAN is shown though it may not pass. */
export function showSwitchport(configuration: Configuration, interfaces: readonly string[]): string {
  return text(
    interfaces.flatMap((name) => {
      const port = portOf(configuration, name);
      const { general } = port;
      const withName = (vlan: number) => `${vlan}${vlan === 1 ? ' (default)' : ''}`;
      return [
        '',
        `Port: ${name}`,
        `VLAN Membership Mode: ${MODES[port.mode]} Mode`,
        ...wrapped('Member of VLANs : ', bracketed(port)),
        `Access Mode VLAN: ${withName(port.access)}`,
        `General Mode PVID: ${withName(general.pvid)}`,
        `General Mode Ingress Filtering: ${general.filtering ? 'Enabled' : 'Disabled'}`,
        `General Mode Acceptable Frame Type: ${general.taggedOnly ? 'VLAN Only' : 'Admit All'}`,
        'General Mode Dynamically Added VLANs:',
        ...wrapped('General Mode Untagged VLANs: ', entries(general.untagged)),
        ...wrapped('General Mode Tagged VLANs: ', entries(general.tagged)),
        'General Mode Forbidden VLANs:',
        `Trunking Mode Native VLAN: ${withName(port.native)}`,
        'Trunking Mode Native VLAN Tagging: Disabled',
        ...wrapped('Trunking Mode VLANs Enabled: ', port.allowed === ALL_ALLOWED ? ['All'] : entries(port.allowed || 'None')),
        'Private VLAN Host Association: none',
        'Private VLAN Mapping:',
        'Private VLAN Operational Bindings:',
        'Default Priority: 0',
        'Protected: Disabled',
        '',
      ];
    }),
  );
}

/** Both in one list, `(900),1-899`: the native VLAN in brackets and first. */
function bracketed(port: PortConfiguration): string[] {
  const { native, tagged } = configuredVlans(port);
  return [...(native === null ? [] : [`(${native})`]), ...entries(formatVlanList(tagged))];
}

function entries(list: string): string[] {
  return list === '' ? [] : list.split(',');
}

function wrapped(label: string, list: readonly string[]): string[] {
  let count = 0;
  while (count < list.length && list.slice(0, count + 1).join(',').length <= FIRST_LIST_WIDTH) count += 1;
  const first = list.slice(0, count).join(',');
  const rest = wrapList(list.slice(count), ',', LIST_WIDTH - 1);
  const lines = [`${label}${first}`, ...rest.map((line) => ' '.repeat(LIST_INDENT) + line)];
  return lines.map((line, index) => (index < lines.length - 1 && list.length > 0 ? `${line},` : line.trimEnd()));
}

/** `show interfaces status` as release 6.3 prints it: the mode as a letter, and all VLANs of the port. */
export function showStatus(configuration: Configuration, interfaces: readonly string[]): string {
  return text([
    '',
    'Port      Description     Duplex Speed   Neg  Link   Flow  M  VLAN',
    '                                              State  Ctrl',
    `--------- --------------- ------ ------- ---- ------ ----- -- ${'-'.repeat(STATUS_VLAN_WIDTH)}`,
    ...interfaces.flatMap((name) => {
      const port = portOf(configuration, name);
      const speed = { Gi: '1000', Te: '10000', Fo: '40000', Tw: '20000' }[name.slice(0, 2)] ?? 'Unknown';
      const link = port.shutdown ? 'N/A    Unknown Auto Down   Off  ' : `Full   ${speed.padEnd(7)} Auto Up     On   `;
      const list = port.mode === 'access' ? [String(port.access)] : bracketed(port);
      const [first = '', ...more] = wrapList(list, ',', STATUS_VLAN_WIDTH - 1);
      const head = `${name.padEnd(9)} ${port.description.slice(0, 15).padEnd(15)} ${link} ${MODES[port.mode].charAt(0)}  `;
      return [`${head}${first}${more.length > 0 ? ',' : ''}`].concat(
        more.map((line, index) => `${' '.repeat(STATUS_VLAN_COLUMN)}${line}${index < more.length - 1 ? ',' : ''}`),
      );
    }),
    '',
    'Port    Description                    Link   M  VLAN',
    'Channel                                State',
    '------- ------------------------------ ------ -- -------------------',
    `${'Po1'.padEnd(7)} ${''.padEnd(30)} Down   A  1`,
    '',
  ]);
}

/** `show interfaces description`. */
export function showDescriptions(configuration: Configuration, interfaces: readonly string[]): string {
  const lines = interfaces.map((name) => `${name.padEnd(9)} ${portOf(configuration, name).description}`.trimEnd());
  return text(['', 'Port      Description', `--------- ${'-'.repeat(64)}`, ...lines]);
}
