/**
 * Reads a list of VLANs as switches print it: `1,5-7`, `none`, `ALL`, with blanks and line breaks around its parts.
 * Ascending and without repeats; null when it is anything else, or out of order inside a range, or beyond 1 to 4094.
 */
export function parseVlans(text: string): number[] | null {
  // A blank between two digits parts nothing that is known: without it they would be another VLAN.
  const list = text
    .trim()
    .replace(/\s*([,-])\s*/g, '$1')
    .toLowerCase();
  if (list === 'none') return [];
  if (list === 'all') return parseVlans('1-4094');
  const vlans = new Set<number>();
  for (const part of list.split(',')) {
    const match = /^(\d{1,4})(?:-(\d{1,4}))?$/.exec(part);
    if (!match) return null;
    const first = Number(match[1]);
    const last = Number(match[2] ?? match[1]);
    if (first < 1 || last > 4094 || first > last) return null;
    for (let vlan = first; vlan <= last; vlan++) vlans.add(vlan);
  }
  return [...vlans].sort((a, b) => a - b);
}

/**
 * Writes VLANs as switches take them, ranges joined and no blanks, in as many lists as needed so that none is longer than
 * `longest` characters. No VLANs are no lists.
 */
export function formatVlans(vlans: Iterable<number>, longest: number): string[] {
  const lists: string[] = [];
  for (const part of ranges([...new Set(vlans)].sort((a, b) => a - b))) {
    const current = lists.at(-1);
    if (current === undefined || current.length + 1 + part.length > longest) lists.push(part);
    else lists[lists.length - 1] = `${current},${part}`;
  }
  return lists;
}

function ranges(ascending: readonly number[]): string[] {
  const found: [first: number, last: number][] = [];
  for (const vlan of ascending) {
    const current = found.at(-1);
    if (current !== undefined && current[1] === vlan - 1) current[1] = vlan;
    else found.push([vlan, vlan]);
  }
  return found.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`));
}
