import type { Parameter } from '../command-grammar.ts';
import type { Arguments } from '../switchport/parameters.ts';
import { WORDING } from './wording.ts';

/** The kinds of Ethernet ports of Catalyst switches: the name in the configuration, by the short one of tables. */
const TYPES: Readonly<Record<string, string>> = {
  Fa: 'FastEthernet',
  Gi: 'GigabitEthernet',
  Tw: 'TwoGigabitEthernet',
  Fi: 'FiveGigabitEthernet',
  Te: 'TenGigabitEthernet',
  Twe: 'TwentyFiveGigE',
  Fo: 'FortyGigabitEthernet',
  Hu: 'HundredGigE',
};

/** What a canonical port name looks like: `FastEthernet0/1`, `GigabitEthernet1/0/1`. */
export const PORT_NAME = new RegExp(`^(${Object.values(TYPES).join('|')})(\\d{1,3}/){1,2}\\d{1,3}$`);

/** The name of a port as tables have it: `Gi1/0/1`. */
export function shortName(name: string): string {
  const [short = '', long = ''] = Object.entries(TYPES).find(([, long]) => name.startsWith(long)) ?? [];
  return short + name.slice(long.length);
}

/** One port: `gi1/0/1`, `GigabitEthernet 1/0/1`. Only `ports` are there. */
export function interfaceOf(ports: readonly string[]): Parameter<Arguments> {
  return (rest) => {
    const [whole = '', start = '', numbers = ''] = /^([a-z]+\s*)(\S*)/i.exec(rest) ?? [];
    const type = typeOf(start.trim(), ports);
    if (type === null) return { at: 0, message: WORDING.invalid };
    if (numbers === '') return 'incomplete';
    const name = type + numbers;
    if (!ports.includes(name)) return { at: start.length, message: WORDING.invalid };
    return { length: whole.length, set: { interfaces: [name], text: name } };
  };
}

/** What follows `interface range`: `gi1/0/1 - 4 , gi1/0/7` with or without blanks. Takes the rest of the line. */
export function rangeOf(ports: readonly string[]): Parameter<Arguments> {
  return (rest) => {
    const interfaces: string[] = [];
    for (const part of rest.replace(/\s+/g, '').split(',')) {
      const [, word = '', path = '', first, last = first] = /^([a-z]+)((?:\d+\/)+)(\d+)(?:-(\d+))?$/i.exec(part) ?? [];
      const type = typeOf(word, ports);
      if (type === null || Number(last) < Number(first)) return { at: 0, message: WORDING.invalid };
      for (let port = Number(first); port <= Number(last); port += 1) interfaces.push(`${type}${path}${port}`);
    }
    if (interfaces.some((name) => !ports.includes(name))) return { at: 0, message: WORDING.invalid };
    return { length: rest.length, set: { interfaces, text: rest } };
  };
}

/** The kind of port a word names among those this switch has: the short name, or a beginning that only one of them has. */
function typeOf(word: string, ports: readonly string[]): string | null {
  if (word === '') return null;
  const typed = word.toLowerCase();
  const present = Object.entries(TYPES).filter(([, long]) => ports.some((name) => name.startsWith(long)));
  const [exact] = present.filter(([short]) => short.toLowerCase() === typed);
  const [found, ...more] = present.filter(([, long]) => long.toLowerCase().startsWith(typed));
  if (exact !== undefined) return exact[1];
  return found === undefined || more.length > 0 ? null : found[1];
}
