import type { PortState } from '../../db/commands/kinds.ts';
import type { NotUnderstood } from '../drivers/port-family.ts';
import { CaptureError } from './capture.ts';
import {
  idsOf,
  isNoise,
  type JunosConfigured,
  type JunosVlans,
  membersOf,
  readJunosPort,
  readJunosVlans,
} from './junos-configuration.ts';
import { readSwitchedPorts } from './junos-switching.ts';
import { sameVlans } from './switchport-records.ts';
import { linesOf } from './table.ts';

/** What tells a port's state, in the order of the driver's questions. */
export interface JunosOutputs {
  /** `show interfaces <port> terse`. */
  readonly terse: string;
  /** `show configuration interfaces <port> | display inheritance | display set`. */
  readonly configuration: string;
  /** `show configuration vlans | display inheritance | display set`. */
  readonly vlans: string;
  /** `show ethernet-switching interface <port>.0`; an error where the port does not switch. */
  readonly switching: string;
}

/** The state of a port, whose configuration and what the switch makes of it must agree. */
export function parseJunosPort(port: string, outputs: JunosOutputs): PortState | NotUnderstood {
  try {
    const up = administrativelyUp(port, outputs.terse);
    const configured = readJunosPort(port, outputs.configuration);
    const vlans = readJunosVlans(outputs.vlans);
    if (up === configured.disabled)
      return { problem: `${configured.disabled ? 'disabled' : 'not disabled'}, but administratively ${up ? 'up' : 'down'}` };
    if ([port, `${port}.0`].some((name) => vlans.interfaces.has(name))) return { problem: 'a VLAN names the port as its own' };
    const held = heldBy(configured, vlans);
    if ('problem' in held) return held;
    for (const name of vlans.privates) {
      const vlan = vlans.byName.get(name)?.find((id) => id === held.native || held.tagged.includes(id));
      if (vlan !== undefined) return { problem: `VLAN ${vlan} is a private one` };
    }
    const problem = disagreement(port, held, up, vlans, outputs.switching);
    return problem === undefined ? { ...held, enabled: up } : { problem };
  } catch (error) {
    if (error instanceof CaptureError) return { problem: error.message };
    throw error;
  }
}

/** Reads `show interfaces <port> terse`: the physical port, and its units below it. */
function administrativelyUp(port: string, text: string): boolean {
  let admin: string | undefined;
  for (const line of linesOf(text)) {
    if (isNoise(line) || /^Interface +Admin +Link /.test(line.text)) continue;
    const [name = '', state, link] = line.text.trim().split(/\s+/);
    const known = (state === 'up' || state === 'down') && (link === 'up' || link === 'down');
    if (name === port && known && admin === undefined) admin = state;
    else if (!name.startsWith(`${port}.`) || !known) throw new CaptureError(line.number, line.text, 'unexpected line');
  }
  if (admin === undefined) throw new CaptureError(1, text.split('\n')[0] ?? '', `nothing about ${port}`);
  return admin === 'up';
}

type Held = Pick<PortState, 'native' | 'tagged'>;

/**
 * What a port carries by its configuration. A trunk drops untagged frames unless it has a native VLAN (Juniper, `native-vlan-id`), and
 * takes them only into a VLAN that it is a member of.
 */
function heldBy(configured: JunosConfigured, vlans: JunosVlans): Held | NotUnderstood {
  const { switching, mode, native, members } = configured;
  if (!switching) return native === null ? { native: null, tagged: [] } : { problem: 'a native VLAN, but no switching' };
  const all = membersOf(members, vlans);
  if (!all) return { problem: `one of its members, ${members.join(' ')}, is no VLAN` };
  if (mode === 'trunk') {
    if (native !== null && !all.includes(native)) return { problem: `native VLAN ${native} is not among its members` };
    return { native, tagged: all.filter((vlan) => vlan !== native) };
  }
  if (native !== null) return { problem: 'an access port with a native VLAN' };
  // Without a member it is in the VLAN `default`, which may have been given another id.
  const [access, ...more] = members.length === 0 ? [vlans.byName.get('default')?.[0] ?? 1] : all;
  return access === undefined || more.length > 0
    ? { problem: 'an access port with several VLANs' }
    : { native: access, tagged: [] };
}

/** In what the switch contradicts the configuration; undefined when it agrees. */
function disagreement(port: string, held: Held, up: boolean, vlans: JunosVlans, switching: string): string | undefined {
  // A table with a complaint in it is neither.
  const listed = /^\s*(?:\{[\w:-]+\}\s*)?error: [^\n]*\s*(?:\{[\w:-]+\}\s*)?$/.test(switching)
    ? []
    : readSwitchedPorts(switching);
  const [switched, other] = listed.filter(({ name }) => name === `${port}.0`);
  if (other || listed.length > (switched ? 1 : 0)) return 'several ports, or another one, in "show ethernet-switching interface"';
  const rows = switched?.vlans ?? [];
  const carries = held.native !== null || held.tagged.length > 0;
  // Whether a port that is disabled is listed differs.
  if (rows.length === 0 && (!up || !carries)) return undefined;
  const ids = (tagged: boolean) =>
    rows.filter((row) => row.tagged === tagged).map((row) => row.vlan ?? (row.name === 'default' ? 1 : 0));
  const existing = idsOf(vlans);
  const expected = held.tagged.filter((vlan) => existing.has(vlan));
  const tagged = ids(true).sort((a, b) => a - b);
  const untagged = ids(false);
  if (!sameVlans(tagged, expected))
    return `tagged ${expected.join() || 'none'} is configured, but the switch has ${tagged.join() || 'none'}`;
  if (!sameVlans(untagged, held.native === null ? [] : [held.native]))
    return `untagged ${held.native ?? 'none'} is configured, but the switch has ${untagged.join() || 'none'}`;
  return undefined;
}

/** What our own confirmed commits are called in the history of commits, so that a later session knows them. */
export const commitComment = 'haas-port-change';

/** Where the newest commit begins in `show system commit`, and where the others do. */
const newest = /^ *0 +\d{4}-\d\d-\d\d /;
const entry = /^ *\d+ +\d{4}-\d\d-\d\d /;

/**
 * Whose commit waits to be confirmed, from `show system commit`. While the timer runs, the newest entry is followed by a line
 * `rollback pending` (Junos 23.2); releases that print no such line say only, and for good, that it was confirmed (`rollback in 5mins`).
 * Nothing tells those two apart, so both count as waiting. Throws CaptureError for what is no history.
 */
export function waitingCommit(text: string): 'none' | 'ours' | 'foreign' {
  const lines = linesOf(text);
  const at = lines.findIndex((line) => newest.test(line.text));
  if (at < 0) throw new CaptureError(1, lines[0]?.text ?? '', 'no history of commits');
  const following = lines.slice(at + 1).findIndex((line) => entry.test(line.text));
  const said = lines.slice(at, following < 0 ? undefined : at + 1 + following).map((line) => line.text);
  if (!said.some((line) => /commit confirmed, rollback in|\brollback pending\b/.test(line))) return 'none';
  return said.some((line) => line.includes(commitComment)) ? 'ours' : 'foreign';
}

/** The same for the framework: matches where a commit waits, and where there is no history that could tell. */
export const waiting = new RegExp(
  [
    String.raw`^ *0 +\d{4}-\d\d-\d\d [^\n]*?(?:\n(?! *\d+ +\d{4}-)[^\n]*?)*?(?:commit confirmed, rollback in|\brollback pending\b)`,
    String.raw`(?<![^])(?![^]*^ *0 +\d{4}-\d\d-\d\d )`,
  ].join('|'),
  'm',
);
