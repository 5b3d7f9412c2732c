import { CaptureError } from './capture.ts';
import { isBlank, isPrompt, type Line, linesOf } from './table.ts';
import { parseVlans } from './vlan-list.ts';

/** What `show interfaces switchport` says of one port: field by field, in the switch's own words. */
export interface SwitchportRecord {
  /** Where it begins. */
  readonly first: Line;
  readonly fields: ReadonlyMap<string, string>;
}

/** Lines that stand between fields and hold none: IOS's capture mode, and the clock that `terminal exec prompt timestamp` prints. */
const noField = /^(?:Capture Mode Disabled|Load for five secs: .*|(?:No time|Time) source.*)\s*$/;

/** Takes `show interfaces [X] switchport` apart. Throws CaptureError for what is no field of a port. */
export function switchportRecords(text: string): SwitchportRecord[] {
  const records: { first: Line; fields: Map<string, string> }[] = [];
  let last: { key: string; value: string } | undefined;
  for (const line of linesOf(text)) {
    if (isBlank(line) || isPrompt(line) || noField.test(line.text)) continue;
    const record = records.at(-1);
    if (record && last && goesOn(last.value, line.text)) {
      last.value += line.text.trim();
      record.fields.set(last.key, last.value);
      continue;
    }
    const [, key, value = ''] = /^\s*([^:]+?)\s*:\s*(.*?)\s*$/.exec(line.text) ?? [];
    if (key === undefined) throw new CaptureError(line.number, line.text, 'no field of a switchport');
    last = { key, value };
    if (key === 'Name') records.push({ first: line, fields: new Map([[key, value]]) });
    else if (!record) throw new CaptureError(line.number, line.text, 'a field before the name of a port');
    else if (record.fields.has(key)) throw new CaptureError(line.number, line.text, 'a field that was there already');
    else record.fields.set(key, value);
  }
  return records;
}

/** Whether a line is the rest of a list that was wrapped: after a comma, or before one. */
export function goesOn(value: string, line: string): boolean {
  return /^\s*,?[\d\s,-]+$/.test(line) && /\d/.test(line) && (/,\s*$/.test(value) || (/\d$/.test(value) && /^\s*,/.test(line)));
}

/** The number in `100 (blue)`; null for anything else. */
export function vlanField({ fields }: SwitchportRecord, key: string): number | null {
  const vlan = parseVlans(/^(\d+)(?: \(.*\))?$/.exec(fields.get(key) ?? '')?.[1] ?? '');
  return vlan?.[0] ?? null;
}

/** Whether two ascending lists of VLANs are the same; null, a list that could not be read, is like none. */
export function sameVlans(a: readonly number[] | null, b: readonly number[] | null): boolean {
  return a !== null && b !== null && a.length === b.length && a.every((vlan, index) => vlan === b[index]);
}
