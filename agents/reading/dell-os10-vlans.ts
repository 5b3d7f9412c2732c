import { dellOs10 } from '../../db/devices/dell-os10.ts';
import { CaptureError } from './capture.ts';
import { columnsByHeader, cut, isBlank, isPrompt, isRule, type Line, linesOf } from './table.ts';

/** A line of `show vlan`. Ports are in canonical form where they are Ethernet, otherwise as printed: `Po128`. */
export interface Os10Vlan {
  readonly vlan: number;
  /** The VLAN of ports that nobody put anywhere; the table marks it with an asterisk. */
  readonly isDefault: boolean;
  /** Mirrored into, stacked, private, or attached to a virtual network: its frames come out elsewhere too, or not everywhere in it. */
  readonly isSpecial: boolean;
  readonly status: string;
  readonly name: string;
  readonly tagged: string[];
  readonly untagged: string[];
}

/** What the first column may hold besides the number: default, management, mirroring, attached, primary, community, isolated, stacked. */
const row = /^\s*(?:([*MR@PCIS]+)\s+)?(\d{1,4})$/;

/**
 * `show vlan` of OS10 10.4 to 10.5, with its legend. The ports of a VLAN stand behind `A` (untagged) and `T` (tagged), a line each;
 * a list that is too long goes on below.
 */
export function readOs10Vlans(text: string): Os10Vlan[] {
  const lines = linesOf(text);
  const at = lines.findIndex((line) => /^\s*NUM +Status +Description +Q +Ports\s*$/.test(line.text));
  const header = lines[at];
  if (!header) throw new CaptureError(1, lines[0]?.text ?? '', 'no table of VLANs with number, status and ports');
  for (const line of lines.slice(0, at))
    if (!isLegend(line)) throw new CaptureError(line.number, line.text, 'no legend of VLANs');
  const [number, ...others] = columnsByHeader(header, ['NUM', 'Status', 'Description', 'Q', 'Ports']);
  const columns = [{ start: 0, end: number?.end }, ...others];
  const vlans: Os10Vlan[] = [];
  let list: string[] | undefined;
  for (const line of lines.slice(at + 1)) {
    if (isBlank(line) || isRule(line) || isPrompt(line)) continue;
    const [id = '', status = '', name = '', mark = '', ports = ''] = cut(line, columns);
    const [, codes = '', vlan] = row.exec(id) ?? [];
    if (vlan !== undefined && /^(?:Active|Inactive)$/.test(status)) {
      vlans.push({
        vlan: Number(vlan),
        isDefault: codes.includes('*'),
        isSpecial: /[R@PCIS]/.test(codes),
        status,
        name,
        tagged: [],
        untagged: [],
      });
      list = undefined;
    } else if (id !== '' || status !== '' || name !== '') {
      throw new CaptureError(line.number, line.text, 'no VLAN with number and status');
    }
    const current = vlans.at(-1);
    if (mark !== '') list = mark === 'T' ? current?.tagged : mark === 'A' ? current?.untagged : undefined;
    if (!list && (mark !== '' || ports !== '')) throw new CaptureError(line.number, line.text, 'ports of no VLAN');
    list?.push(...portsOf(ports, line));
  }
  return vlans;
}

/** The lines above the table: codes of VLANs, codes of ports. */
const isLegend = (line: Line) => isBlank(line) || isPrompt(line) || /^(?:Codes:|Q:)|^\s*[@A-Z] [-–] [\w ,@–-]+$/.test(line.text);

/** Takes `Eth1/1/1-1/1/3,1/1/10:1,Po7` apart. A kind of port holds until the next one is named. */
function portsOf(text: string, line: Line): string[] {
  const ports: string[] = [];
  let kind = 'Eth';
  for (const part of text.replace(/\s+/g, '').split(',')) {
    if (part === '') continue;
    const [, named, first = '', last = first] = /^([A-Za-z-]+)?(\d[\d/:]*)(?:-(\d[\d/:]*))?$/.exec(part) ?? [];
    kind = named ?? kind;
    const range = between(first, last);
    if (!range) throw new CaptureError(line.number, line.text, `${JSON.stringify(part)} is no list of ports`);
    ports.push(...range.map((numbers) => dellOs10.canonicalPort(`${kind} ${numbers}`, {}) ?? `${kind}${numbers}`));
  }
  return ports;
}

/** `1/1/3` to `1/1/5`, or the lanes `1/1/3:1` to `1/1/3:4`: only the last number counts. Null for anything else. */
function between(first: string, last: string): string[] | null {
  const [, stem = '', from = ''] = /^((?:\d+[/:])*)(\d+)$/.exec(first) ?? [];
  const [, sameStem = '', to = ''] = /^((?:\d+[/:])*)(\d+)$/.exec(last) ?? [];
  if (from === '' || to === '' || stem !== sameStem || Number(to) < Number(from) || Number(to) > 9999) return null;
  return Array.from({ length: Number(to) - Number(from) + 1 }, (_, index) => `${stem}${Number(from) + index}`);
}
