import { CaptureError } from './capture.ts';
import type { Line } from './table.ts';

/** Fields of one record as `Key: value` lines tell them. */
export interface FieldRecord {
  /** The line that the record begins with. */
  readonly first: Line;
  readonly fields: ReadonlyMap<string, string>;
}

/** A `Key: value` line, both trimmed; undefined for any other line. */
export function fieldOf(text: string): { key: string; value: string } | undefined {
  const [, key, value = ''] = /^\s*([^:]*[^:\s])\s*:\s*(.*?)\s*$/.exec(text) ?? [];
  return key === undefined ? undefined : { key, value };
}

/**
 * Appends the rest of a list that was broken over two lines. Switches break after a comma, before one, or without any:
 * then the break stands for it.
 */
export function continued(list: string, rest: string): string {
  const begun = list.trim();
  const more = rest.trim();
  const open = begun === '' || /[,-]$/.test(begun) || /^[,-]/.test(more);
  return open ? `${begun}${more}` : `${begun},${more}`;
}

/** The value of a field. Throws CaptureError when the record has no such field. */
export function requiredField(record: FieldRecord, ...keys: readonly string[]): string {
  for (const key of keys) {
    const value = record.fields.get(key);
    if (value !== undefined) return value;
  }
  throw new CaptureError(record.first.number, record.first.text, `a record without "${keys[0]}"`);
}

/** A VLAN as a field tells it, `5`, `5 (default)`, `3 (Inactive)`; null for `none`. Throws CaptureError for anything else. */
export function vlanOfField(record: FieldRecord, ...keys: readonly string[]): number | null {
  const value = requiredField(record, ...keys);
  if (value.toLowerCase() === 'none') return null;
  const vlan = /^(\d{1,4})(?: ?\([^)]*\))?$/.exec(value)?.[1];
  if (vlan === undefined || Number(vlan) < 1 || Number(vlan) > 4094)
    throw new CaptureError(record.first.number, record.first.text, `its "${keys[0]}" is "${value}"`);
  return Number(vlan);
}
