import type { SimulatedDevice } from '../simulated-device.ts';
import { formatVlanList } from '../vlan-list.ts';
import { type Configuration, existingVlans, forwarding, type InterfaceConfiguration } from './configuration.ts';
import { type Branch, branch } from './tree.ts';

/** The release that is simulated. */
export const RELEASE = '5.8.0';

/** Whether the VLANs of a list are one key, `10,20-22`, or a key each. */
type VlanKeys = 'joined' | 'apart';

/** A configuration as `nv config show` (keys joined) and `nv config diff` (apart) have it: what was set and no more. */
export function setTree({ autoSave, bridge, interfaces }: Configuration, keys: VlanKeys): Branch {
  const domain = branch({ untagged: bridge.untagged ?? undefined, vlan: vlanTree(bridge.vlans, keys) });
  const ports = Object.entries(interfaces).flatMap(([name, port]) =>
    port === null ? [] : [[name, setInterface(port, keys)] as const],
  );
  return branch({
    bridge: Object.keys(domain).length > 0 ? { domain: { br_default: domain } } : undefined,
    interface: ports.length > 0 ? Object.fromEntries(ports) : undefined,
    system: autoSave === null ? undefined : { config: { 'auto-save': { enable: autoSave ? 'on' : 'off' } } },
  });
}

/** A configuration as `nv show --rev applied` has it: with the defaults, one key for each VLAN, and only interfaces that are mentioned. */
export function configuredTree(configuration: Configuration, hostname: string, autoSave: boolean): Branch {
  const ports = Object.entries(configuration.interfaces).flatMap(([name, port]) =>
    port === null ? [] : [[name, configuredInterface(port)] as const],
  );
  return {
    bridge: { domain: { br_default: bridgeTree(configuration) } },
    interface: { ...MANAGEMENT, ...Object.fromEntries(ports) },
    system: {
      config: { 'auto-save': { enable: (configuration.autoSave ?? autoSave) ? 'on' : 'off' } },
      hostname,
      timezone: 'Etc/UTC',
    },
  };
}

/**
 * The state of the switch, as `nv show` has it unless told otherwise: all interfaces, but not what was set on a bridge port, which
 * the operational view leaves out. Every link is taken to be plugged: up unless it is shut down.
 */
export function operationalTree(
  configuration: Configuration,
  { hostname, started, ports }: SimulatedDevice<Configuration>,
): Branch {
  const vlans = Object.fromEntries(existingVlans(configuration).map((vlan) => [vlan, vlanState(configuration, vlan)]));
  const domain = { ...bridgeTree(configuration), 'mac-table': {}, port: bridgePorts(configuration), vlan: vlans };
  const interfaces = ports.map((name, index) => [name, operationalInterface(configuration.interfaces[name] ?? null, index)]);
  return {
    bridge: { domain: { br_default: domain } },
    interface: { ...MANAGEMENT, ...Object.fromEntries(interfaces) },
    system: {
      build: `Cumulus Linux ${RELEASE}`,
      hostname,
      platform: { model: 'SN2100' },
      'product-name': 'Cumulus Linux',
      'product-release': RELEASE,
      timezone: 'Etc/UTC',
      uptime: Math.floor((Date.now() - started.getTime()) / 1000),
      version: { image: RELEASE, kernel: '4.19.0-cl-1-amd64', onie: '2022.02' },
    },
  };
}

/** Interfaces that are there besides the ports. */
const MANAGEMENT: Branch = {
  eth0: { ip: { address: { dhcp: {} }, vrf: 'mgmt' }, link: { mtu: 1500, state: { up: {} } }, type: 'eth' },
  lo: { ip: { address: {}, vrf: 'default' }, type: 'loopback' },
};

function vlanTree(vlans: InterfaceConfiguration['vlans'], keys: VlanKeys): Branch | undefined {
  if (vlans === null || vlans.length === 0) return undefined;
  if (vlans === 'all') return { all: {} };
  return Object.fromEntries((keys === 'joined' ? [formatVlanList(vlans)] : vlans).map((key) => [key, {}]));
}

function setInterface({ access, bridged, description, state, untagged, vlans }: InterfaceConfiguration, keys: VlanKeys): Branch {
  const port = branch({ access: access ?? undefined, untagged: untagged ?? undefined, vlan: vlanTree(vlans, keys) });
  return branch({
    bridge: bridged ? { domain: { br_default: port } } : undefined,
    description: description ?? undefined,
    link: state === null ? undefined : { state: { [state]: {} } },
    type: 'swp',
  });
}

function configuredInterface({ access, bridged, description, state, untagged, vlans }: InterfaceConfiguration): Branch {
  const port = branch({
    access: access ?? undefined,
    learning: 'on',
    untagged: untagged ?? undefined,
    vlan: vlanTree(vlans, 'apart'),
  });
  return branch({
    bridge: bridged ? { domain: { br_default: port } } : undefined,
    description: description ?? undefined,
    link: { 'auto-negotiate': 'on', duplex: 'full', fec: 'auto', mtu: 9216, speed: 'auto', state: { [state ?? 'up']: {} } },
    type: 'swp',
  });
}

function operationalInterface(port: InterfaceConfiguration | null, index: number): Branch {
  const state = port === null || port.state === 'down' ? 'down' : 'up';
  const mac = `02:00:5e:50:50:${(index + 1).toString(16).padStart(2, '0')}`;
  return branch({
    bridge: port?.bridged ? { domain: { br_default: {} } } : undefined,
    description: port?.description ?? undefined,
    ifindex: index + 3,
    link: { 'admin-status': state, 'mac-address': mac, mtu: 9216, 'oper-status': state, speed: '100G', state: { [state]: {} } },
    type: 'swp',
  });
}

function bridgeTree({ bridge }: Configuration): Branch {
  return {
    ageing: 1800,
    encap: '802.1Q',
    'mac-address': 'auto',
    multicast: { snooping: { enable: 'off', querier: { enable: 'off' } } },
    stp: { priority: 32768, state: { up: {} } },
    type: 'vlan-aware',
    untagged: bridge.untagged ?? 1,
    vlan: Object.fromEntries(
      bridge.vlans.map((vlan) => [vlan, { multicast: { snooping: { querier: { 'source-ip': '0.0.0.0' } } } }]),
    ),
    'vlan-vni-offset': 0,
  };
}

function vlanState(configuration: Configuration, vlan: number): Branch {
  const ports = Object.entries(bridgePorts(configuration)).flatMap(([name, { vlan: vlans }]) =>
    vlans[vlan] ? [[name, vlans[vlan]]] : [],
  );
  return { multicast: { snooping: { querier: { 'source-ip': '0.0.0.0' } } }, port: Object.fromEntries(ports) };
}

/** What the kernel has of each port of the bridge. */
function bridgePorts(configuration: Configuration): Record<string, { state: string; vlan: Record<string, Branch> }> {
  const ports = Object.entries(configuration.interfaces).flatMap(([name, port]) => {
    if (!port?.bridged) return [];
    const { native, tagged } = forwarding(configuration, port);
    const entries = [
      ...(native === null ? [] : [[native, 'untagged'] as const]),
      ...tagged.map((vlan) => [vlan, 'tagged'] as const),
    ];
    const vlan = Object.fromEntries(entries.map(([id, state]) => [id, { 'fwd-state': 'forwarding', 'tag-state': state }]));
    return [[name, { state: 'forwarding', vlan }] as const];
  });
  return Object.fromEntries(ports);
}
