import type { Parameter } from '../command-grammar.ts';
import type { Arguments } from '../switchport/parameters.ts';
import { WORDING } from './wording.ts';

/** What a canonical port name looks like: `Ethernet1`, `Ethernet49/1`. */
export const PORT_NAME = /^Ethernet\d{1,3}(\/\d{1,3}){0,2}$/;

/** The name of a port as tables and prompts have it: `Et49/1`. */
export function shortName(name: string): string {
  return name.replace('Ethernet', 'Et');
}

/** A port, or a range of them: `Ethernet1`, `et 49/1`, `Et1-4,7`. Only `ports` are there; `text` are the numbers. */
export function interfacesOf(ports: readonly string[]): Parameter<Arguments> {
  return (rest) => {
    const [whole = '', start = '', numbers = ''] = /^([a-z]+\s*)(\S*)/i.exec(rest) ?? [];
    const type = start.trim().toLowerCase();
    if (type === '' || !'ethernet'.startsWith(type)) return { at: 0, message: WORDING.invalid };
    if (numbers === '') return 'incomplete';
    const interfaces = namesOf(numbers);
    const isKnown = interfaces?.every((name) => ports.includes(name));
    if (interfaces === null || !isKnown) return { at: start.length, message: WORDING.invalid };
    return { length: whole.length, set: { interfaces, text: numbers } };
  };
}

function namesOf(numbers: string): string[] | null {
  const names: string[] = [];
  for (const part of numbers.split(',')) {
    const [, path = '', first, last = first] = /^((?:\d{1,3}\/)*)(\d{1,3})(?:-(\d{1,3}))?$/.exec(part) ?? [];
    if (first === undefined || Number(last) < Number(first)) return null;
    for (let port = Number(first); port <= Number(last); port += 1) names.push(`Ethernet${path}${port}`);
  }
  return names;
}
