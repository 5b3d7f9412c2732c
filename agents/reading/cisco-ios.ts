import type { PortState } from '../../db/commands/kinds.ts';
import { ciscoIos } from '../../db/devices/cisco-ios.ts';
import type { NotUnderstood } from '../drivers/port-family.ts';
import { allVlans, applyPortSetting, freshSettings, oddField, type PortSettings, readOutputs, trunkState } from './ios-port.ts';
import { type SwitchportRecord, sameVlans, vlanField } from './switchport-records.ts';
import { parseVlans } from './vlan-list.ts';

/** How a port of a Catalyst is configured. */
export interface IosConfigured extends PortSettings {
  /** `default`: no line says so; what that means differs per model. */
  mode: 'access' | 'trunk' | 'dynamic' | 'default' | 'routed';
  access: number;
  native: number;
}

/**
 * Lines of an interface that say nothing of the VLANs that it carries. Whatever is not here is not understood: `switchport voice vlan`
 * adds a VLAN, `channel-group` hands the port to a bundle, `authentication` and `dot1x` let a server choose the VLAN,
 * `source template` hides settings, `macro auto` makes them of what a neighbour says that it is, `switchport vlan mapping` and `service instance` rewrite tags.
 */
const harmless = new RegExp(
  `^(?:no )?(?:${[
    'description|speed|duplex|mtu|mdix|media-type|negotiation|bandwidth|delay|load-interval|carrier-delay|keepalive|hold-queue',
    'flowcontrol|storm-control|spanning-tree|lldp|cdp|udld|vtp|snmp|logging|errdisable|power inline|energywise',
    'mls qos|auto qos|qos|trust device|srr-queue|priority-queue|queue-set|service-policy',
    'ip dhcp snooping|ip arp inspection|ip device tracking|device-tracking|ipv6 nd raguard',
    'switchport (?:nonegotiate|block|protected)|switchport trunk pruning vlan',
  ].join(
    '|',
  )})\\b|^switchport trunk encapsulation (?:dot1q|negotiate)$|^macro description\\b|^no (?:ip address|macro auto processing|switchport trunk native vlan tag)$`,
);

/** Lines around the section of an interface; the last two by `terminal exec prompt timestamp`. */
const preamble =
  /^(?:Building configuration\.\.\.|Current configuration ?: .*|!.*|end|Load for five secs: .*|(?:No time|Time) source.*)\s*$/;

/** Fields that must have this value where they are printed at all: anything else adds VLANs to a port or takes some away. */
const plainFields: readonly (readonly [key: string, value: RegExp])[] = [
  ['Voice VLAN', /^(?:none|unassigned)?$/],
  ['Administrative private-vlan host-association', /^none$/],
  ['Administrative private-vlan mapping', /^none$/],
  ['Operational private-vlan', /^none$/],
  ['Operational Native VLAN tagging', /^disabled$/],
  ['Administrative Trunking Encapsulation', /^(?:dot1q|negotiate)$/],
  ['Operational Trunking Encapsulation', /^(?:dot1q|native)$/],
  ['Vepa Enabled', /^false$/],
];

/** What may be in force in a mode. A trunk that is shut or without a link is down. */
const inForce = { access: /^(?:static access|down)$/, trunk: /^(?:trunk|down)$/, dynamic: /^(?:static access|trunk|down)$/ };

/** A port without a line of configuration. */
export const iosFresh = (): IosConfigured => ({ mode: 'default', ...freshSettings });

/** Takes one line of an interface's configuration, without its indentation; false when it is not understood. */
export function applyIosSetting(configured: IosConfigured, line: string): boolean {
  if (line === 'switchport') return true;
  if (line === 'no switchport') {
    configured.mode = 'routed';
    return true;
  }
  const mode = /^switchport mode (access|trunk|dynamic)(?: (?:auto|desirable))?$/.exec(line)?.[1];
  if (mode === 'access' || mode === 'trunk' || mode === 'dynamic') {
    configured.mode = mode;
    return true;
  }
  return applyPortSetting(configured, line) ?? harmless.test(line);
}

/** The state of a port from `show running-config interface` and `show interfaces switchport`, which must agree. */
export function parseCiscoIosPort(port: string, configuration: string, switchport: string): PortState | NotUnderstood {
  const isIt = (name: string) => ciscoIos.canonicalPort(name, {}) === port;
  const outputs = readOutputs({ isIt, preamble, fresh: iosFresh, apply: applyIosSetting }, configuration, switchport);
  if ('problem' in outputs) return outputs;
  const { configured, record } = outputs;
  const isSwitchport = record.fields.get('Switchport');
  if (configured.mode === 'routed' && isSwitchport === 'Disabled')
    return { native: null, tagged: [], enabled: configured.enabled };
  if (configured.mode === 'routed' || isSwitchport !== 'Enabled')
    return { problem: `mode ${configured.mode} is configured, but "Switchport: ${isSwitchport ?? ''}"` };
  const mode = iosMode(record.fields.get('Administrative Mode') ?? '');
  const problem = disagreement(configured, mode, record);
  if (problem !== undefined || mode === undefined) return { problem: problem ?? 'no mode' };
  if (mode === 'dynamic') return dynamicState(configured, record.fields.get('Operational Mode') === 'trunk');
  return stateOfIos(mode, configured);
}

/** The mode behind what IOS calls it; undefined for tunnels, private VLANs and whatever else there is. */
export function iosMode(administrative: string): 'access' | 'trunk' | 'dynamic' | undefined {
  if (administrative === 'static access') return 'access';
  if (administrative === 'trunk') return 'trunk';
  return /^dynamic (?:auto|desirable)$/.test(administrative) ? 'dynamic' : undefined;
}

/** In what the record contradicts the configuration or cannot be understood; undefined when it agrees. */
function disagreement(configured: IosConfigured, mode: ReturnType<typeof iosMode>, record: SwitchportRecord): string | undefined {
  const said = (key: string) => `"${key}: ${record.fields.get(key) ?? ''}"`;
  // Without a line the default is in force, which is never to trunk.
  const agrees = configured.mode === 'default' ? mode !== 'trunk' : mode === configured.mode;
  if (mode === undefined || !agrees) return `mode ${configured.mode} is configured, but ${said('Administrative Mode')}`;
  if (!inForce[mode].test(record.fields.get('Operational Mode') ?? '')) return `mode ${mode}, but ${said('Operational Mode')}`;
  if (vlanField(record, 'Access Mode VLAN') !== configured.access)
    return `${configured.access} is configured, but ${said('Access Mode VLAN')}`;
  if (vlanField(record, 'Trunking Native Mode VLAN') !== configured.native)
    return `${configured.native} is configured, but ${said('Trunking Native Mode VLAN')}`;
  if (!sameVlans(parseVlans(record.fields.get('Trunking VLANs Enabled') ?? ''), configured.allowed ?? allVlans))
    return `the configured list differs from ${said('Trunking VLANs Enabled')}`;
  return oddField(record, plainFields);
}

/** What a port carries that is in such a mode for good. */
export function stateOfIos(mode: 'access' | 'trunk', configured: PortSettings): PortState {
  if (mode === 'trunk') return trunkState(configured);
  return { native: configured.access, tagged: [], enabled: configured.enabled };
}

/**
 * What a port counts as that may become the other thing at any moment, because whoever is plugged in may ask for it (DTP): it has the
 * VLANs of both, and cannot be taken for one that was set. Only at rest in VLAN 1, which nobody is ever given, it is what it looks like.
 */
function dynamicState(configured: PortSettings, trunking: boolean): PortState {
  const { access, allowed, enabled } = configured;
  if (!trunking && access === 1) return stateOfIos('access', configured);
  const native = trunking ? trunkState(configured).native : access;
  const both = new Set([...(allowed ?? allVlans), access]);
  return { native, tagged: [...both].filter((vlan) => vlan !== native).sort((a, b) => a - b), enabled };
}
