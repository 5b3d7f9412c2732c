import type { PortState } from '../../../db/commands/kinds.ts';
import type { Frame } from './lab.ts';

/** A frame that a host sends to find out who gets it: `tag` null for none, `to` null for everybody. */
export interface Probe {
  readonly host: number;
  readonly tag: number | null;
  readonly to: number | null;
}

/** A probe as a host has seen it. */
export interface Seen {
  readonly host: number;
  /** The VLAN tag that it bore then; null for none. */
  readonly tag: number | null;
  /** Which probe, counted from 0. */
  readonly probe: number;
}

const etherTypes = { vlan: '8100', probe: '88b5' } as const;

const hex = (number: number, digits: number) => number.toString(16).padStart(digits, '0');
const address = (host: number) => `0200000000${hex(host + 1, 2)}`;

/** The frame of a probe; `number` is written into it. */
export function frameOf({ host, tag, to }: Probe, number: number): Frame {
  const tagged = tag === null ? '' : `${etherTypes.vlan}${hex(tag, 4)}`;
  const payload = `${hex(number, 8)}${'00'.repeat(42)}`;
  const frame = `${to === null ? 'ffffffffffff' : address(to)}${address(host)}${tagged}${etherTypes.probe}${payload}`;
  return { host, frame };
}

/** What a frame that was seen is. Throws for one that no probe could have become. */
export function seenOf({ host, frame }: Frame): Seen {
  const [, tag, number] = /^.{24}(?:8100(.{4}))?88b5(.{8})0*$/.exec(frame) ?? [];
  if (number === undefined) throw new Error(`host ${host} has seen ${frame}`);
  return { host, tag: tag === undefined ? null : Number.parseInt(tag, 16) & 0xfff, probe: Number.parseInt(number, 16) };
}

/** The VLAN of a frame with this tag where it enters a port of this state; null where it is dropped. */
function vlanOf(tag: number | null, { native, tagged, enabled }: PortState): number | null {
  if (!enabled) return null;
  // A tag with the number 0 says how urgent a frame is, and nothing of its VLAN.
  if (tag === null || tag === 0) return native;
  if (tagged.includes(tag)) return tag;
  // A port with tagged VLANs takes the tag of its native VLAN too: it is the same VLAN.
  return tag === native && tagged.length > 0 ? tag : null;
}

/** What hosts at ports of these states see of a probe to everybody, in the order of the hosts. */
export function expected(probe: Probe, number: number, states: readonly PortState[]): Seen[] {
  const from = states[probe.host];
  const vlan = from ? vlanOf(probe.tag, from) : null;
  if (vlan === null) return [];
  return states.flatMap(({ native, tagged, enabled }, host): Seen[] => {
    if (!enabled || host === probe.host) return [];
    if (native === vlan) return [{ host, tag: null, probe: number }];
    return tagged.includes(vlan) ? [{ host, tag: vlan, probe: number }] : [];
  });
}
