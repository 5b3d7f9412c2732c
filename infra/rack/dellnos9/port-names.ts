import type { PortTypes } from '../dell/parameters.ts';

/** How one kind of ports is spelled: on the command line, and in the paths of the REST server. */
interface Spelling {
  readonly long: string;
  readonly resource: string;
}

/** By the short name that tables have (Command Reference, `interface`; Open Automation Guide, REST API; HIL dellnos9). */
const SPELLINGS: Readonly<Record<string, Spelling>> = {
  Gi: { long: 'GigabitEthernet', resource: 'gige' },
  Te: { long: 'TenGigabitEthernet', resource: 'tengig' },
  Tf: { long: 'twentyFiveGigE', resource: 'twentyfivegig' },
  Fo: { long: 'fortyGigE', resource: 'fortygig' },
  Fi: { long: 'fiftyGigE', resource: 'fiftygig' },
  Hu: { long: 'hundredGigE', resource: 'hundredgig' },
  PeGi: { long: 'peGigE', resource: 'pegig' },
};

/** The kinds of ports as the command line knows them. */
export const PORT_TYPES: PortTypes = Object.fromEntries(
  Object.entries(SPELLINGS).map(([short, { long }]) => [short, long.toLowerCase()]),
);

/** The name inside, `Gi1/3`, of what the simulator calls `1/3` or, for a port of another type than most, `fortyGigE1/49`. */
export function nameInside(name: string, interfaceType: string): string {
  const [, type = '', numbers = name] = /^([A-Za-z]*) ?(\d.*)$/.exec(name) ?? [];
  const wanted = (type || interfaceType).toLowerCase();
  const [short = wanted] =
    Object.entries(SPELLINGS).find(([each, { long }]) => [each, long].some((text) => text.toLowerCase() === wanted)) ?? [];
  return short + numbers;
}

function parts(name: string): { readonly short: string; readonly numbers: string } {
  const [, short = '', numbers = ''] = /^([A-Za-z]+)(.*)$/.exec(name) ?? [];
  return { short, numbers };
}

/** `Gi 1/3`. */
export function shortName(name: string): string {
  const { short, numbers } = parts(name);
  return `${short} ${numbers}`;
}

/** `GigabitEthernet 1/3`. */
export function longName(name: string): string {
  const { short, numbers } = parts(name);
  return `${SPELLINGS[short]?.long ?? short} ${numbers}`;
}

/** `gige-1-3`. */
export function resourceName(name: string): string {
  const { short, numbers } = parts(name);
  return `${SPELLINGS[short]?.resource ?? short}-${numbers.replaceAll('/', '-')}`;
}

/** Ports with those of one type and slot together, `Te 0/0-9,45-47`, in the order given. */
export function grouped(names: readonly string[], spell: (name: string) => string = shortName): string[] {
  const groups: { head: string; ranges: { first: number; last: number }[] }[] = [];
  for (const name of names) {
    const [, head = '', number = ''] = /^(.*\/)(\d+)$/.exec(name) ?? [];
    let group = groups.at(-1);
    if (group?.head !== head) {
      group = { head, ranges: [] };
      groups.push(group);
    }
    const range = group.ranges.at(-1);
    if (range !== undefined && range.last === Number(number) - 1) range.last += 1;
    else group.ranges.push({ first: Number(number), last: Number(number) });
  }
  return groups.map(({ head, ranges }) => {
    const numbers = ranges.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`)).join(',');
    return spell(head + numbers);
  });
}
