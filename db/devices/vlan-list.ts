/** Parses `100-200,300` to ascending VLAN ids without repeats; null when it is not such a list within 1 to 4094. */
export function parseVlanList(text: string): number[] | null {
  const vlans = new Set<number>();
  for (const part of text.split(',')) {
    const match = /^\s*(\d{1,4})\s*(?:-\s*(\d{1,4})\s*)?$/.exec(part);
    if (!match) return null;
    const first = Number(match[1]);
    const last = Number(match[2] ?? match[1]);
    if (first < 1 || last > 4094 || first > last) return null;
    for (let vlan = first; vlan <= last; vlan++) vlans.add(vlan);
  }
  return [...vlans].sort((a, b) => a - b);
}
