import { listed } from '../dell/general-mode.ts';
import { text } from '../dell/layout.ts';
import { formatVlanList } from '../vlan-list.ts';
import { type Configuration, forwarding, freshPort, type PortConfiguration } from './configuration.ts';
import { commaLines, rows, rule } from './layout.ts';

/** The forms of the answer: two in which lines are named, apart in how they call the list of a trunk, and the older table. */
export type SwitchportForm = 'VLANs Enabled' | 'VLANs' | 'table';

const LIST_WIDTH = 52;
const MEMBER_COLUMNS = [4, 32, 11, 20];

/** `show interfaces switchport`. In the forms with names "Inactive" says that a VLAN does not exist. */
export function showSwitchport(configuration: Configuration, interfaces: readonly string[], form: SwitchportForm): string {
  return text(
    interfaces.flatMap((name) => {
      const port = configuration.ports[name] ?? freshPort();
      return form === 'table' ? tableForm(configuration, name, port) : namedForm(configuration, name, port, form);
    }),
  );
}

function namedForm(
  configuration: Configuration,
  name: string,
  port: PortConfiguration,
  form: 'VLANs Enabled' | 'VLANs',
): string[] {
  const single = (vlan: number | null) =>
    vlan === null ? 'none' : `${vlan}${configuration.vlans[vlan] === undefined ? ' (Inactive)' : ''}`;
  const { general } = port;
  return [
    `Name: ${name}`,
    'Switchport: enable',
    `Administrative Mode: ${port.mode}`,
    `Operational Mode: ${port.shutdown ? 'down' : 'up'}`,
    `Access Mode VLAN: ${single(port.access)}`,
    'Access Multicast TV VLAN: none',
    `Trunking Native Mode VLAN: ${single(port.native)}`,
    `Trunking ${form}: ${trunkList(configuration, port).join('\n ')}`,
    `General PVID: ${single(general.pvid)}`,
    `General VLANs Enabled: ${blankList([...listed(general.untagged), ...listed(general.tagged)].sort((a, b) => a - b)).join('\n ')}`,
    `General Egress Tagged VLANs Enabled: ${blankList(listed(general.tagged)).join('\n ')}`,
    'General Forbidden VLANs: none',
    `General Ingress Filtering: ${general.filtering ? 'enabled' : 'disabled'}`,
    `General Acceptable Frame Type: ${general.taggedOnly ? 'tagged' : 'all'}`,
    'General GVRP status: disabled',
    'Customer Mode VLAN: none',
    'Private-vlan promiscuous-association primary VLAN: none',
    'Private-vlan promiscuous-association Secondary VLANs: none',
    'Private-vlan host-association primary VLAN: none',
    'Private-vlan host-association Secondary VLAN: none',
    '',
    'Classification rules:',
    '',
    'Classification type Group ID Vlan ID',
    rule([19, 8, 7]),
    '',
  ];
}

/** The list of a trunk: first what is there, and from a line of its own what does not exist. */
function trunkList(configuration: Configuration, { allowed }: PortConfiguration): string[] {
  const vlans = listed(allowed);
  const active = vlans.filter((vlan) => configuration.vlans[vlan] !== undefined);
  const inactive = vlans.filter((vlan) => configuration.vlans[vlan] === undefined);
  if (inactive.length === 0) return blankList(active);
  const missing = blankList(inactive);
  missing[missing.length - 1] += ' (Inactive)';
  return active.length === 0 ? missing : [...blankList(active), ...missing];
}

/** VLANs as these forms write them, `10, 23 - 25`, in lines. */
function blankList(vlans: readonly number[]): string[] {
  if (vlans.length === 0) return ['none'];
  return commaLines(formatVlanList(vlans).replaceAll('-', ' - ').split(','), LIST_WIDTH, ', ');
}

/** The older form. No VLAN for untagged frames is 4095 there, as it is for a PVID (PowerConnect 55xx User's Guide). */
function tableForm(configuration: Configuration, name: string, port: PortConfiguration): string[] {
  const { tagged } = forwarding(configuration, port);
  const native = { access: port.access, trunk: port.native, general: port.general.pvid }[port.mode] ?? 4095;
  const untagged = port.mode === 'general' ? listed(port.general.untagged) : [native];
  const members = [...new Set([...tagged, ...untagged])]
    .filter((vlan) => configuration.vlans[vlan] !== undefined)
    .filter((vlan) => port.mode !== 'trunk' || listed(port.allowed).includes(vlan))
    .sort((a, b) => a - b);
  return [
    `Port : ${name}`,
    `Port Mode: ${{ access: 'Access', trunk: 'Trunk', general: 'General' }[port.mode]}`,
    'Gvrp Status: disabled',
    `Ingress Filtering: ${port.mode !== 'general' || port.general.filtering}`,
    `Acceptable Frame Type: ${port.mode === 'general' && port.general.taggedOnly ? 'admitOnlyVlanTaggedFrames' : 'admitAll'}`,
    `Ingress UnTagged VLAN ( NATIVE ): ${native}`,
    ' ',
    'Port is member in:',
    '',
    'Vlan               Name               Egress rule Port Membership Type',
    rule(MEMBER_COLUMNS),
    ...members.flatMap((vlan) =>
      rows(MEMBER_COLUMNS, [
        [String(vlan)],
        [configuration.vlans[vlan] ?? ''],
        [untagged.includes(vlan) ? 'Untagged' : 'Tagged'],
        [vlan === 1 ? 'System' : 'Static'],
      ]),
    ),
    '',
    '',
    'Forbidden VLANS:',
    'Vlan               Name',
    rule([4, 32]),
    '',
    '',
    'Classification rules:',
    '',
    'Mac based VLANs:',
    '  Group ID   Vlan ID',
    rule([12, 7]),
    '',
  ];
}
