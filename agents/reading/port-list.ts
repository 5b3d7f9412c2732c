/**
 * Takes a list of ports apart as switches print it: `gi1/0/1-3,te1/0/1,Po1-2` with blanks and line breaks. A range counts the last
 * number of a name. Null when a part is no name of a port, or a range runs backwards.
 */
export function expandPorts(text: string): string[] | null {
  const ports: string[] = [];
  for (const part of text.replace(/\s+/g, '').split(',')) {
    if (part === '') continue;
    const [, stem = '', from = '', to = from] = /^([a-z]+(?:\d+\/)*)(\d+)(?:-(\d+))?$/i.exec(part) ?? [];
    if (stem === '' || Number(to) < Number(from) || to.length > 4) return null;
    for (let number = Number(from); number <= Number(to); number++) ports.push(`${stem}${number}`);
  }
  return ports;
}
