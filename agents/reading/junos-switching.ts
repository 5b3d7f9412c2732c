import { CaptureError } from './capture.ts';
import { isNoise } from './junos-configuration.ts';
import { type Line, linesOf } from './table.ts';

/** A VLAN in which the switch has a port. */
export interface SwitchedVlan {
  readonly name: string;
  /** Null where the switch prints none, as for a `default` without an id. */
  readonly vlan: number | null;
  readonly tagged: boolean;
}

/** A logical interface as `show ethernet-switching interface` lists it. */
export interface SwitchedPort {
  /** With its unit: `ge-0/0/1.0`. */
  readonly name: string;
  /** Whether the interface is a trunk. */
  readonly tagged: boolean;
  readonly vlans: SwitchedVlan[];
}

const header = /^(?:Logical +Vlan +TAG|interface +members) /;
const port = /^([a-z]+[\w/:-]*\.\d+)\s.*?\b(tagged|untagged)\s*$/;
const member = /^\s+(\S+)\s+(\S.*?)\s+(tagged|untagged)\s*$/;

/**
 * `show ethernet-switching interface` of a switch with ELS (EX2300 to EX4650, QFX; Junos 13.2 to 23). Every port begins a line, its
 * VLANs follow, each with its id, one or two limits, its state and, maybe, flags. Ports that do not switch are not listed.
 * Throws CaptureError for a line that is not understood.
 */
export function readSwitchedPorts(text: string): SwitchedPort[] {
  const ports: SwitchedPort[] = [];
  let limits = 0;
  let inLegend = false;
  for (const line of linesOf(text)) {
    if (line.text.startsWith('Logical Interface flags (')) inLegend = true;
    if (inLegend) {
      inLegend = !line.text.trimEnd().endsWith(')');
      continue;
    }
    if (isNoise(line) || /^Routing Instance Name : /.test(line.text)) continue;
    if (header.test(line.text)) {
      if (line.text.startsWith('Logical')) limits = / MAC\+IP /.test(line.text) ? 2 : 1;
      continue;
    }
    const [, name, tagging] = port.exec(line.text) ?? [];
    if (limits === 0) throw new CaptureError(line.number, line.text, 'no table of switched ports before it');
    if (name === undefined) ports.at(-1)?.vlans.push(vlanOf(line));
    else ports.push({ name, tagged: tagging === 'tagged', vlans: [] });
    if (ports.length === 0) throw new CaptureError(line.number, line.text, 'a VLAN before any port');
  }
  if (inLegend || limits === 0) throw new CaptureError(1, text.split('\n')[0] ?? '', 'no table of switched ports');
  return ports;

  function vlanOf(line: Line): SwitchedVlan {
    const [, name, details = '', tagging] = member.exec(line.text) ?? [];
    const numbers = /^\d+(?: +\d+)*(?= |$)/.exec(details)?.[0].split(/ +/).map(Number) ?? [];
    const [first = 0] = numbers;
    const numbered = numbers.length === limits + 1 && first >= 1 && first <= 4094;
    if (name === undefined || (!numbered && numbers.length !== limits))
      throw new CaptureError(line.number, line.text, 'no port and no VLAN of one');
    return { name, vlan: numbered ? first : null, tagged: tagging === 'tagged' };
  }
}
