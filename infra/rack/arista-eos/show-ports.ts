import { ALL_ALLOWED } from '../switchport/switchport.ts';
import { type Configuration, type PortConfiguration, portOf } from './configuration.ts';
import { shortName } from './interface-names.ts';

function vlanName(configuration: Configuration, vlan: number): string {
  // A port keeps the number of a VLAN that was deleted, or never was.
  return configuration.vlans[vlan] ?? 'Inactive';
}

function allowedText({ allowed }: PortConfiguration): string {
  return allowed === ALL_ALLOWED ? 'ALL' : allowed || 'NONE';
}

/** `show interfaces switchport`; of all ports if `interfaces` is empty, and then with a head. */
export function showSwitchport(configuration: Configuration, interfaces: readonly string[]): string {
  const isAll = interfaces.length === 0;
  const shown = isAll ? Object.keys(configuration.ports) : interfaces;
  const lines = shown.flatMap((name) => {
    const port = portOf(configuration, name);
    if (port.routed) return [`Name: ${shortName(name)}`, 'Switchport: Disabled', ''];
    const mode = port.mode === 'trunk' ? 'trunk' : 'static access';
    return [
      `Name: ${shortName(name)}`,
      'Switchport: Enabled',
      `Administrative Mode: ${mode}`,
      `Operational Mode: ${port.shutdown ? 'down' : mode}`,
      'MAC Address Learning: enabled',
      'Dot1q ethertype/TPID: 0x8100 (active)',
      'Dot1q Vlan Tag Required (Administrative/Operational): No/No',
      `Access Mode VLAN: ${port.access} (${vlanName(configuration, port.access)})`,
      `Trunking Native Mode VLAN: ${port.native} (${vlanName(configuration, port.native)})`,
      `Administrative Native VLAN tagging: ${port.nativeTagged ? 'enabled' : 'disabled'}`,
      `Trunking VLANs Enabled: ${allowedText(port)}`,
      'Static Trunk Groups:',
      'Dynamic Trunk Groups:',
      'Source interface filtering: enabled',
      '',
    ];
  });
  return [...(isAll ? ['Default switchport mode: access', ''] : []), ...lines].map((line) => `${line}\n`).join('');
}

/** The same as data. */
export function switchportAsData(configuration: Configuration, interfaces: readonly string[]): object {
  const shown = interfaces.length === 0 ? Object.keys(configuration.ports) : interfaces;
  const switchports = shown.map((name) => {
    const port = portOf(configuration, name);
    if (port.routed) return [name, { enabled: false }];
    const switchportInfo = {
      mode: port.mode,
      macLearning: true,
      tpid: '0x8100',
      tpidStatus: true,
      dot1qVlanTagRequired: false,
      dot1qVlanTagRequiredStatus: false,
      accessVlanId: port.access,
      accessVlanName: vlanName(configuration, port.access),
      trunkingNativeVlanId: port.native,
      trunkingNativeVlanName: vlanName(configuration, port.native),
      trunkAllowedVlans: allowedText(port),
      dynamicAllowedVlans: {},
      staticTrunkGroups: [],
      dynamicTrunkGroups: [],
      sourceportFilterMode: 'enabled',
    };
    return [name, { enabled: true, switchportInfo }];
  });
  return { switchports: Object.fromEntries(switchports), sourceDetail: '' };
}

function statusOf(port: PortConfiguration): { readonly link: string; readonly vlan: string } {
  const vlan = port.routed ? 'routed' : port.mode === 'trunk' ? 'trunk' : String(port.access);
  return { link: port.shutdown ? 'disabled' : 'connected', vlan };
}

/** `show interfaces status`. */
export function showStatus(configuration: Configuration, interfaces: readonly string[]): string {
  const shown = interfaces.length === 0 ? Object.keys(configuration.ports) : interfaces;
  const nameWidth = Math.max(4, ...shown.map((name) => portOf(configuration, name).description.length)) + 1;
  const row = (cells: readonly string[]) =>
    [11, nameWidth, 13, 9, 7, 7, 16, 0].map((width, column) => (cells[column] ?? '').padEnd(width)).join('');
  const rows = shown.map((name) => {
    const port = portOf(configuration, name);
    const { link, vlan } = statusOf(port);
    return row([shortName(name), port.description, link, vlan, 'full', '10G', '10GBASE-SR']);
  });
  const head = row(['Port', 'Name', 'Status', 'Vlan', 'Duplex', 'Speed', 'Type', 'Flags Encapsulation']);
  return [head, ...rows].map((line) => `${line}\n`).join('');
}

/** The same as data. */
export function statusAsData(configuration: Configuration, interfaces: readonly string[]): object {
  const shown = interfaces.length === 0 ? Object.keys(configuration.ports) : interfaces;
  const statuses = shown.map((name) => {
    const port = portOf(configuration, name);
    const isBridged = port.mode === 'access' && !port.routed;
    const interfaceMode = port.routed ? 'routed' : isBridged ? 'bridged' : 'trunk';
    return [
      name,
      {
        description: port.description,
        linkStatus: statusOf(port).link,
        lineProtocolStatus: port.shutdown ? 'down' : 'up',
        vlanInformation: { interfaceMode, ...(isBridged ? { vlanId: port.access } : { vlanExplanation: interfaceMode }) },
        interfaceType: '10GBASE-SR',
        duplex: 'duplexFull',
        bandwidth: 10_000_000_000,
        autoNegotiateActive: false,
      },
    ];
  });
  return { interfaceStatuses: Object.fromEntries(statuses) };
}
