/** Highest VLAN ID that a port can carry. */
export const LAST_VLAN = 4094;

/** Every VLAN ID, ascending. */
export const EVERY_VLAN: readonly number[] = Array.from({ length: LAST_VLAN }, (_, index) => index + 1);

/** The VLAN IDs of a list such as `5,10-12`, ascending and once each. Null for anything else: blanks, ranges that run down, IDs outside 1-4094. */
export function parseVlanList(text: string): number[] | null {
  if (!/^\d{1,4}(-\d{1,4})?(,\d{1,4}(-\d{1,4})?)*$/.test(text)) return null;
  const vlans = new Set<number>();
  for (const part of text.split(',')) {
    const [first = 0, last = first] = part.split('-').map(Number);
    if (first < 1 || last > LAST_VLAN || last < first) return null;
    for (let vlan = first; vlan <= last; vlan += 1) vlans.add(vlan);
  }
  return [...vlans].sort((a, b) => a - b);
}

/** The shortest list of ascending VLAN IDs, `5,10-12`; empty text for no VLAN. Two neighbours become a range, as NX-OS writes them. */
export function formatVlanList(vlans: readonly number[]): string {
  const ranges: { first: number; last: number }[] = [];
  for (const vlan of vlans) {
    const range = ranges.at(-1);
    if (range !== undefined && range.last === vlan - 1) range.last = vlan;
    else ranges.push({ first: vlan, last: vlan });
  }
  return ranges.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`)).join(',');
}

/** Breaks a list into lines of at most `width` characters, a line being at least one entry. */
export function wrapList(entries: readonly string[], separator: string, width: number): string[] {
  const lines: string[] = [];
  for (const entry of entries) {
    const line = lines.at(-1);
    if (line === undefined || line.length + separator.length + entry.length > width) lines.push(entry);
    else lines[lines.length - 1] = line + separator + entry;
  }
  return lines;
}
