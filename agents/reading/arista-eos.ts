import type { PortState } from '../../db/commands/kinds.ts';
import { aristaEos } from '../../db/devices/arista-eos.ts';
import type { NotUnderstood } from '../drivers/port-family.ts';
import { allVlans, applyPortSetting, freshSettings, oddField, type PortSettings, readOutputs, trunkState } from './ios-port.ts';
import { type SwitchportRecord, sameVlans, vlanField } from './switchport-records.ts';
import { parseVlans } from './vlan-list.ts';

/** How a port of an Arista switch is configured; `native` null is `tag`, which makes a trunk drop untagged frames. */
export interface EosConfigured extends PortSettings {
  mode: 'access' | 'trunk' | 'routed';
}

/**
 * Lines of an interface that say nothing of the VLANs that it carries. Whatever is not here is not understood: `switchport trunk group`
 * and `switchport phone` add VLANs, `channel-group` hands the port to a bundle, `switchport vlan translation` rewrites tags,
 * `switchport vlan forwarding accept all` lets in VLANs that are not allowed, `dot1x` lets a server choose.
 */
const harmless = new RegExp(
  `^(?:no )?(?:${[
    'description|speed|mtu|l2 mtu|l2 mru|load-interval|flowcontrol|priority-flow-control|storm-control|spanning-tree|lldp',
    'logging event|snmp trap|error-correction|phy|link-debounce|qos|service-policy|tx-queue|uc-tx-queue|sflow|ptp|poe|mac timestamp',
  ].join('|')})\\b|^no ip address$`,
);

/** Lines around the section of an interface. */
const preamble = /^(?:!.*|end)\s*$/;

/** Fields that must have this value where they are printed at all: anything else adds VLANs to a port or takes frames away. */
const plainFields: readonly (readonly [key: string, value: RegExp])[] = [
  ['Static Trunk Groups', /^$/],
  ['Dynamic Trunk Groups', /^$/],
  ['Trunk Groups', /^$/],
  ['Dot1q VLAN Tag', /^allowed$/i],
  ['Dot1q Vlan Tag Required (Administrative/Operational)', /^No\/No$/],
  ['Administrative private VLAN mapping', /^ALL$/i],
];

/** A port without a line of configuration: an access port of VLAN 1, up. */
export const eosFresh = (): EosConfigured => ({ mode: 'access', ...freshSettings });

/** Takes one line of an interface's configuration, without its indentation; false when it is not understood. */
export function applyEosSetting(configured: EosConfigured, line: string): boolean {
  if (line === 'switchport') return true;
  const mode = line === 'no switchport' ? 'routed' : /^switchport mode (access|trunk)$/.exec(line)?.[1];
  if (mode === 'access' || mode === 'trunk' || mode === 'routed') {
    configured.mode = mode;
    return true;
  }
  if (line === 'switchport trunk native vlan tag') {
    configured.native = null;
    return true;
  }
  return applyPortSetting(configured, line) ?? harmless.test(line);
}

/** The state of a port from `show running-config interfaces` and `show interfaces switchport`, which must agree. */
export function parseAristaEosPort(port: string, configuration: string, switchport: string): PortState | NotUnderstood {
  const isIt = (name: string) => aristaEos.canonicalPort(name, {}) === port;
  const outputs = readOutputs({ isIt, preamble, fresh: eosFresh, apply: applyEosSetting }, configuration, switchport);
  if ('problem' in outputs) return outputs;
  const { configured, record } = outputs;
  const problem = disagreement(configured, record);
  return problem === undefined ? stateOfEos(configured) : { problem };
}

/** In what the record contradicts the configuration or cannot be understood; undefined when it agrees. */
function disagreement(configured: EosConfigured, record: SwitchportRecord): string | undefined {
  const { fields } = record;
  const said = (key: string) => `"${key}: ${fields.get(key) ?? ''}"`;
  if (fields.get('Switchport') !== (configured.mode === 'routed' ? 'Disabled' : 'Enabled'))
    return `mode ${configured.mode} is configured, but ${said('Switchport')}`;
  if (configured.mode === 'routed') return undefined;
  const mode = configured.mode === 'trunk' ? 'trunk' : 'static access';
  if (fields.get('Administrative Mode') !== mode) return `${mode} is configured, but ${said('Administrative Mode')}`;
  if (![mode, 'down'].includes(fields.get('Operational Mode') ?? '')) return `${mode}, but ${said('Operational Mode')}`;
  if (vlanField(record, 'Access Mode VLAN') !== configured.access)
    return `${configured.access} is configured, but ${said('Access Mode VLAN')}`;
  // Which number a trunk prints that tags its native VLAN does not matter.
  if (configured.native !== null && vlanField(record, 'Trunking Native Mode VLAN') !== configured.native)
    return `${configured.native} is configured, but ${said('Trunking Native Mode VLAN')}`;
  if (fields.get('Administrative Native VLAN tagging') !== (configured.native === null ? 'enabled' : 'disabled'))
    return `otherwise configured: ${said('Administrative Native VLAN tagging')}`;
  if (!sameVlans(parseVlans(fields.get('Trunking VLANs Enabled') ?? ''), configured.allowed ?? allVlans))
    return `the configured list differs from ${said('Trunking VLANs Enabled')}`;
  return oddField(record, plainFields);
}

/** What a port carries that is configured so, untagged and tagged. */
export function stateOfEos(configured: EosConfigured): PortState {
  const { mode, access, enabled } = configured;
  if (mode === 'trunk') return trunkState(configured);
  return { native: mode === 'access' ? access : null, tagged: [], enabled };
}
