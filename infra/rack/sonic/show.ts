import type { SimulatedDevice } from '../simulated-device.ts';
import { alias, lanes } from './config-db.ts';
import { type Configuration, existingVlans, memberships, membersOf, type PortConfiguration } from './configuration.ts';
import { tabulate } from './tabulate.ts';

/** What stands behind the fixed columns of `show vlan brief`; plug-ins add them, so releases differ (`VlanBrief.register_column` in show/vlan.py). */
export type BriefColumns = 'plain' | 'dhcp' | 'anycast';

/** `show vlan brief` */
export function showVlanBrief(configuration: Configuration, columns: BriefColumns): string {
  const extra = { plain: [], dhcp: [['DHCP Helper Address', '']], anycast: [['Static Anycast Gateway', 'disabled']] }[columns];
  const rows = existingVlans(configuration).map((vlan) => {
    const members = membersOf(configuration, vlan);
    const addresses = configuration.vlans[vlan]?.addresses ?? [];
    const [names, ways] = [members.map(({ name }) => name), members.map(({ way }) => way)];
    return [
      `${vlan}`,
      addresses.join('\n'),
      names.join('\n'),
      ways.join('\n'),
      'disabled',
      ...extra.map(([, value = '']) => value),
    ];
  });
  const header = ['VLAN ID', 'IP Address', 'Ports', 'Port Tagging', 'Proxy ARP', ...extra.map(([title = '']) => title)];
  return tabulate(header, rows, { format: 'grid' });
}

/** `show vlan config` */
export function showVlanConfig(configuration: Configuration): string {
  const rows = existingVlans(configuration).flatMap((vlan) => {
    const members = membersOf(configuration, vlan);
    const lines = members.length > 0 ? members : [{ name: '', way: '' }];
    return lines.map(({ name, way }) => [`Vlan${vlan}`, `${vlan}`, name, way]);
  });
  return tabulate(['Name', 'VID', 'Member', 'Mode'], rows, { format: 'simple' });
}

/** `show interfaces status`, of the ports named or of all. Every link is taken to be plugged: up unless shut down. */
export function showInterfacesStatus(configuration: Configuration, names: readonly string[]): string {
  const rows = names.flatMap((name) => {
    const port = configuration.ports[name];
    if (port === undefined) return [];
    return [[name, lanes(name), '40G', '9100', 'N/A', alias(name), vlanColumn(port), port.admin, port.admin, 'QSFP+', 'off']];
  });
  const header = ['Interface', 'Lanes', 'Speed', 'MTU', 'FEC', 'Alias', 'Vlan', 'Oper', 'Admin', 'Type', 'Asym PFC'];
  return tabulate(header, rows, { format: 'simple', text: 'right' });
}

/** `show interfaces switchport status` */
export function showSwitchportStatus({ ports }: Configuration): string {
  const rows = Object.entries(ports).map(([name, { mode }]) => [name, mode ?? 'routed']);
  return tabulate(['Interface', 'Mode'], rows, { format: 'simple' });
}

/** `show interfaces switchport config` */
export function showSwitchportConfig({ ports }: Configuration): string {
  const rows = Object.entries(ports).map(([name, port]) => {
    const [untagged, tagged] = [memberships(port, 'untagged'), memberships(port, 'tagged')];
    return [name, port.mode ?? 'routed', untagged.join('\n'), tagged.join('\n')];
  });
  return tabulate(['Interface', 'Mode', 'Untagged', 'Tagged'], rows, { format: 'simple' });
}

/** `show mac` of a switch that has heard nobody. */
export function showMac(): string {
  const table = tabulate(['No.', 'Vlan', 'MacAddress', 'Port', 'Type'], [], { format: 'simple' });
  return `${table}Total number of entries 0\n`;
}

/** `show version` */
export function showVersion({ started }: SimulatedDevice<Configuration>, now: Date): string {
  const minutes = Math.floor((now.getTime() - started.getTime()) / 60_000);
  const clock = now.toISOString().slice(11, 19);
  return `
SONiC Software Version: SONiC.202411.1-c0ffee1
SONiC OS Version: 12
Distribution: Debian 12.8
Kernel: 6.1.0-22-2-amd64
Build commit: c0ffee1
Build date: Mon Mar  3 10:11:12 UTC 2025
Built by: builder@simulator

Platform: x86_64-dell_s6000_s1220-r0
HwSKU: Force10-S6000
ASIC: broadcom
ASIC Count: 1
Serial Number: SIM0001
Model Number: 08YWFG
Hardware Revision: A00
Uptime: ${clock} up ${minutes} min,  1 user,  load average: 0.42, 0.37, 0.31
Date: ${now.toUTCString()}

Docker images:
REPOSITORY          TAG                 IMAGE ID       SIZE
docker-orchagent    202411.1-c0ffee1    a1b2c3d4e5f6   333MB
docker-database     202411.1-c0ffee1    0a1b2c3d4e5f   301MB
`;
}

/** What the column `Vlan` says: the mode, or in releases without modes whether the port is a member of anything. */
function vlanColumn({ mode, members }: PortConfiguration): string {
  return mode ?? (Object.keys(members).length > 0 ? 'trunk' : 'routed');
}
