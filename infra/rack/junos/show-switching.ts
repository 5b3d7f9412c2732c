import type { Json } from './hierarchy.ts';
import type { Statements } from './statements.ts';
import { has, isEnabled, membershipOf, nativeOf, switchingOf, type Vlan, valueAt, vlansOf } from './switching.ts';

const INSTANCE = 'default-switch';

/** First column of the interfaces in `show vlans`. */
const INTERFACES_COLUMN = 59;

const MAC_LIMIT = '65535';

function text(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}

/** A port with the VLANs it is in. */
interface Member {
  readonly name: string;
  readonly vlans: readonly Vlan[];
  readonly up: boolean;
  /** Which VLAN leaves without a tag; null for none. */
  readonly untagged: number | null;
}

function membersOf(statements: Statements, ports: readonly string[]): Member[] {
  return ports.flatMap((name) => {
    const switching = switchingOf(statements, name);
    if (switching === null) return [];
    const vlans = membershipOf(statements, switching);
    const untagged = switching.mode === 'access' ? (vlans[0]?.id ?? null) : nativeOf(statements, name);
    return [{ name, vlans, up: isEnabled(statements, name), untagged }];
  });
}

/** `show vlans`: each VLAN, and below it its interfaces, with a star if they are up. */
export function showVlans(statements: Statements, ports: readonly string[], only: string | null): string {
  const members = membersOf(statements, ports);
  const rows = vlansOf(statements)
    .filter(({ name, id }) => only === null || name === only || String(id) === only)
    .flatMap(({ name, id }) => {
      const interfaces = members.filter(({ vlans }) => vlans.some((vlan) => vlan.name === name));
      const head = `${INSTANCE.padEnd(23)} ${name.padEnd(21)} ${id ?? ''}`.trimEnd();
      const rowsOfPorts = interfaces.map((member) => `${' '.repeat(INTERFACES_COLUMN)}${member.name}.0${member.up ? '*' : ''}`);
      return [head, ...(rowsOfPorts.length === 0 ? [''] : rowsOfPorts)];
    });
  return text(['', 'Routing instance        VLAN name             Tag          Interfaces', ...rows]);
}

/** `show vlans | display json`, every value a list of one. */
export function showVlansJson(statements: Statements, ports: readonly string[], only: string | null): string {
  const members = membersOf(statements, ports);
  const data = (value: string): Json => [{ data: value }];
  const groups = vlansOf(statements)
    .filter(({ name, id }) => only === null || name === only || String(id) === only)
    .map(({ name, id }): Json => {
      const interfaces = members.filter(({ vlans }) => vlans.some((vlan) => vlan.name === name));
      return {
        'l2ng-l2rtb-name': data(INSTANCE),
        'l2ng-l2rtb-vlan-name': data(name),
        ...(id === null ? {} : { 'l2ng-l2rtb-vlan-tag': data(String(id)) }),
        'l2ng-l2rtb-vlan-member': interfaces.map((member) => ({
          'l2ng-l2rtb-vlan-member-interface': data(`${member.name}.0${member.up ? '*' : ''}`),
        })),
      };
    });
  return text([
    JSON.stringify({ 'l2ng-l2ald-vlan-instance-information': [{ 'l2ng-l2ald-vlan-instance-group': groups }] }, null, 4),
  ]);
}

const INTERFACE_HEAD = [
  'Routing Instance Name : default-switch',
  'Logical Interface flags (DL - disable learning, AD - packet action drop,',
  '                         LH - MAC limit hit, DN - interface down,',
  '                         MMAS - Mac-move action shutdown, AS - Autostate-exclude enabled,',
  '                         SCTL - shutdown by Storm-control, MI - MAC+IP limit hit)',
  '',
  'Logical          Vlan                   TAG     MAC         MAC+IP STP         Logical           Tagging ',
  'interface        members                        limit       limit  state       interface flags',
];

/** `show ethernet-switching interface`: a row of each interface, and one of each VLAN it is in. */
export function showSwitchingInterfaces(statements: Statements, ports: readonly string[]): string {
  const row = (cells: readonly string[]) =>
    [17, 23, 8, 12, 7, 12, 18, 0]
      .map((width, column) => (cells[column] ?? '').padEnd(width))
      .join('')
      .trimEnd();
  const rows = membersOf(statements, ports).flatMap(({ name, vlans, up, untagged }) => {
    const isTrunk = switchingOf(statements, name)?.mode === 'trunk';
    return [
      row([`${name}.0`, '', '', MAC_LIMIT, '0', '', up ? '' : 'DN', isTrunk ? 'tagged' : 'untagged']),
      ...vlans.map((vlan) => {
        const tagging = vlan.id !== null && vlan.id === untagged ? 'untagged' : isTrunk ? 'tagged' : 'untagged';
        const state = up ? 'Forwarding' : 'Discarding';
        return row(['', vlan.name, vlan.id === null ? '' : String(vlan.id), MAC_LIMIT, '0', state, '', tagging]);
      }),
    ];
  });
  return text([...INTERFACE_HEAD, ...rows]);
}

/** `show ethernet-switching table` of a switch that has heard nobody. */
export function showSwitchingTable(): string {
  return text([
    '',
    'MAC flags (S - static MAC, D - dynamic MAC, L - locally learned, P - Persistent static',
    '           SE - statistics enabled, NM - non configured MAC, R - remote PE MAC, O - ovsdb MAC)',
    '',
    '',
    'Ethernet switching table : 0 entries, 0 learned',
    'Routing instance : default-switch',
  ]);
}

/** `show interfaces terse`: the physical interface, and the logical one if there is a unit. */
export function showInterfacesTerse(statements: Statements, ports: readonly string[]): string {
  const row = (cells: readonly string[]) =>
    [24, 6, 5, 9, 22, 0]
      .map((width, column) => (cells[column] ?? '').padEnd(width))
      .join('')
      .trimEnd();
  return text([
    'Interface               Admin Link Proto    Local                 Remote',
    ...ports.flatMap((name) => {
      const disabled = has(statements, ['interfaces', name, 'disable']);
      const [admin, link] = disabled ? ['down', 'down'] : ['up', 'up'];
      const unit = ['interfaces', name, 'unit', '0'];
      const unitUp = isEnabled(statements, name) ? 'up' : 'down';
      const unitAdmin = has(statements, [...unit, 'disable']) ? 'down' : 'up';
      const proto = switchingOf(statements, name) === null ? '' : 'eth-switch';
      const logical = has(statements, unit) ? [row([`${name}.0`, unitAdmin, unitUp, proto])] : [];
      return [row([name, admin, link]), ...logical];
    }),
  ]);
}

/** `show interfaces descriptions`: only interfaces that have one. */
export function showDescriptions(statements: Statements, ports: readonly string[]): string {
  const rows = ports.flatMap((name) => {
    const description = valueAt(statements, ['interfaces', name, 'description']);
    if (description === null) return [];
    const state = isEnabled(statements, name) ? 'up' : 'down';
    return [`${name.padEnd(16)}${state.padEnd(6)}${state.padEnd(5)}${description}`];
  });
  return rows.length === 0 ? '' : text(['Interface       Admin Link Description', ...rows]);
}

/** `show interfaces X`, as far as anybody here looks at it. */
export function showInterfaces(statements: Statements, ports: readonly string[]): string {
  return text(
    ports.flatMap((name, index) => {
      const up = isEnabled(statements, name);
      const description = valueAt(statements, ['interfaces', name, 'description']);
      return [
        `Physical interface: ${name}, ${up ? 'Enabled' : 'Administratively down'}, Physical link is ${up ? 'Up' : 'Down'}`,
        `  Interface index: ${650 + index}, SNMP ifIndex: ${520 + index}`,
        ...(description === null ? [] : [`  Description: ${description}`]),
        '  Link-level type: Ethernet, MTU: 1514, LAN-PHY mode, Speed: 1000mbps',
        '',
      ];
    }),
  );
}
