import type { PortState } from '../../db/commands/kinds.ts';
import type { NotUnderstood } from '../drivers/port-family.ts';
import { CaptureError } from './capture.ts';
import { onlyInterface } from './interface-sections.ts';
import { type SwitchportRecord, switchportRecords } from './switchport-records.ts';
import { parseVlans } from './vlan-list.ts';

/** Every VLAN that there can be: what a trunk without a list allows. */
export const allVlans: readonly number[] = parseVlans('all') ?? [];

/** How a port is configured in the terms of IOS and those who took them over: a switch keeps the settings of the mode that a port is not in. */
export interface PortSettings {
  access: number;
  /** Null: none, where the family can say so. */
  native: number | null;
  /** Null: no line says so, which means all of them. */
  allowed: number[] | null;
  enabled: boolean;
}

/** A port without a line of configuration. */
export const freshSettings = { access: 1, native: 1, allowed: null, enabled: true };

/** Takes a line that says which VLANs, or whether the port is shut. False: it does, but is not understood; undefined: it speaks of something else. */
export function applyPortSetting(settings: PortSettings, line: string): boolean | undefined {
  if (line === 'shutdown' || line === 'no shutdown') {
    settings.enabled = line === 'no shutdown';
    return true;
  }
  const [, which, one] = /^switchport (access|trunk native) vlan (\d+)$/.exec(line) ?? [];
  if (which !== undefined && one !== undefined) {
    const vlan = parseVlans(one)?.[0];
    if (vlan === undefined) return false;
    settings[which === 'access' ? 'access' : 'native'] = vlan;
    return true;
  }
  const [, add, list] = /^switchport trunk allowed vlan (add )?(\S.*)$/.exec(line) ?? [];
  if (list === undefined) return undefined;
  const vlans = parseVlans(list);
  // A continuation without its beginning is half an answer.
  if (vlans === null || (add !== undefined && settings.allowed === null)) return false;
  settings.allowed = add === undefined ? vlans : [...new Set([...(settings.allowed ?? []), ...vlans])].sort((a, b) => a - b);
  return true;
}

/** What a trunk carries: its native VLAN only if it allows it, for otherwise untagged frames go nowhere. */
export function trunkState({ native, allowed, enabled }: PortSettings): PortState {
  const passing = allowed ?? allVlans;
  return {
    native: native !== null && passing.includes(native) ? native : null,
    tagged: passing.filter((vlan) => vlan !== native),
    enabled,
  };
}

/** How a family writes the two outputs that tell a port. */
export interface IosOutputs<Configured> {
  readonly isIt: (name: string) => boolean;
  /** Lines around the section of the interface. */
  readonly preamble: RegExp;
  readonly fresh: () => Configured;
  /** Takes one line of the interface; false when it is not understood. */
  readonly apply: (configured: Configured, line: string) => boolean;
}

/** The configuration of one interface and the one record of it; or why these are not what the outputs hold. */
export function readOutputs<Configured>(
  { isIt, preamble, fresh, apply }: IosOutputs<Configured>,
  configuration: string,
  switchport: string,
): { configured: Configured; record: SwitchportRecord } | NotUnderstood {
  try {
    const section = onlyInterface(configuration, isIt, preamble);
    const configured = fresh();
    const strange = section.settings.find((line) => !apply(configured, line.text));
    if (strange) return { problem: new CaptureError(strange.number, strange.text, 'unexpected line').message };
    const [record, other] = switchportRecords(switchport);
    if (record && !other && isIt(record.fields.get('Name') ?? '')) return { configured, record };
    return { problem: 'not one record of the port that was asked for' };
  } catch (error) {
    if (error instanceof CaptureError) return { problem: error.message };
    throw error;
  }
}

/** The first of these fields that is printed and does not hold what it must, as printed; undefined when all do. */
export function oddField(
  { fields }: SwitchportRecord,
  plain: readonly (readonly [key: string, value: RegExp])[],
): string | undefined {
  const odd = plain.find(([key, value]) => fields.has(key) && !value.test(fields.get(key) ?? ''));
  return odd && `"${odd[0]}: ${fields.get(odd[0]) ?? ''}"`;
}
