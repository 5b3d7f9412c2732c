import { CaptureError } from './capture.ts';
import { continued, type FieldRecord, fieldOf, requiredField, vlanOfField } from './field-records.ts';
import { isBlank, isPrompt, type Line, linesOf } from './table.ts';
import { parseVlans } from './vlan-list.ts';

/** A port as `show interfaces switchport` tells it: what is configured for each mode, and what the port is a member of. */
export interface DnosSwitchport {
  /** As the switch writes it, `Gi1/0/5`. */
  readonly port: string;
  /** The configured mode in lower case: `access`, `trunk`, `general`, others. */
  readonly mode: string;
  readonly access: number | null;
  /** The native VLAN of trunk mode, there also when the trunk does not allow it. */
  readonly native: number | null;
  /** The VLANs of trunk mode, ascending. */
  readonly allowed: readonly number[];
  /** Frames of the native VLAN leave with a tag. */
  readonly nativeTagged: boolean;
  /** VLANs that the port joined because a neighbour asked for them (GVRP, MVRP). */
  readonly dynamic: readonly number[];
  /** The VLANs of general mode. */
  readonly general: { readonly pvid: number | null; readonly untagged: readonly number[]; readonly tagged: readonly number[] };
  /** Null where the release does not print it. */
  readonly members: { readonly untagged: readonly number[]; readonly tagged: readonly number[] } | null;
}

/** A list of VLANs of DNOS 6, which knows 1 to 4093; empty for no text. Null for what is no list. */
export function parseDnosVlans(text: string): number[] | null {
  if (text.trim() === '') return [];
  return parseVlans(text)?.filter((vlan) => vlan <= 4093 || /4094/.test(text)) ?? null;
}

/**
 * Reads `show interfaces switchport` of one port or of all. Forms of an N2000 and an N1500 with 6.x, and of an M6348 with 5.1,
 * which does not print `Member of VLANs`; lists go on in lines that begin with blanks.
 * Throws CaptureError for a line that it does not understand.
 */
export function readDnosSwitchports(text: string): DnosSwitchport[] {
  const ports: DnosSwitchport[] = [];
  let first: Line | undefined;
  let fields = new Map<string, string>();
  let lastKey = '';
  for (const line of linesOf(text)) {
    if (isBlank(line) || isPrompt(line) || /^\s*show /.test(line.text)) continue;
    const field = fieldOf(line.text);
    if (field?.key === 'Port') {
      if (first) ports.push(finished({ first, fields }));
      first = line;
      fields = new Map([['Port', field.value]]);
      lastKey = '';
    } else if (!first) {
      throw new CaptureError(line.number, line.text, 'a line before the name of a port');
    } else if (lastKey !== '' && /^\s+[\d,()\s-]+$/.test(line.text)) {
      fields.set(lastKey, continued(fields.get(lastKey) ?? '', line.text));
    } else if (field && !fields.has(field.key)) {
      fields.set(field.key, field.value);
      lastKey = field.key;
    } else {
      throw new CaptureError(line.number, line.text, field ? 'a field that was there already' : 'no field of a switchport');
    }
  }
  if (first) ports.push(finished({ first, fields }));
  return ports;
}

function finished(record: FieldRecord): DnosSwitchport {
  const list = (key: string) => {
    const text = record.fields.get(key) ?? '';
    const vlans = parseDnosVlans(text);
    if (vlans === null) throw new CaptureError(record.first.number, record.first.text, `its "${key}" is "${text}"`);
    return vlans;
  };
  requiredField(record, 'Trunking Mode VLANs Enabled');
  return {
    port: requiredField(record, 'Port'),
    mode: requiredField(record, 'VLAN Membership Mode')
      .replace(/ ?mode$/i, '')
      .toLowerCase(),
    access: vlanOfField(record, 'Access Mode VLAN'),
    native: vlanOfField(record, 'Trunking Mode Native VLAN'),
    allowed: list('Trunking Mode VLANs Enabled'),
    nativeTagged: !/^(?:disabled?)?$/i.test(record.fields.get('Trunking Mode Native VLAN Tagging') ?? ''),
    dynamic: list('General Mode Dynamically Added VLANs'),
    general: {
      pvid: vlanOfField(record, 'General Mode PVID'),
      untagged: list('General Mode Untagged VLANs'),
      tagged: list('General Mode Tagged VLANs'),
    },
    members: membersOf(record),
  };
}

/** `(900),1-899,901-4093`: the VLAN of untagged frames stands in brackets. */
function membersOf(record: FieldRecord): DnosSwitchport['members'] {
  const text = record.fields.get('Member of VLANs');
  if (text === undefined) return null;
  const parts = text.split(',').map((part) => part.trim());
  const bracketed = parts.flatMap((part) => /^\((.*)\)$/.exec(part)?.[1] ?? []);
  const untagged = parseDnosVlans(bracketed.join(','));
  const tagged = parseDnosVlans(parts.filter((part) => !part.startsWith('(')).join(','));
  if (untagged === null || tagged === null)
    throw new CaptureError(record.first.number, record.first.text, `its "Member of VLANs" is "${text}"`);
  return { untagged, tagged };
}
