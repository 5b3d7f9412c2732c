/** The words of a command of `nv` without its options, and what those say. */
export interface Options {
  readonly words: readonly string[];
  readonly output: 'auto' | 'json' | 'yaml' | 'commands';
  readonly revision: string;
}

const OUTPUTS = ['auto', 'json', 'yaml', 'commands'] as const;

/** Takes the options out of a command of `nv`, wherever they stand. Null if one is not known. */
export function readOptions(given: readonly string[], defaultRevision: string): Options | null {
  const words: string[] = [];
  let output: Options['output'] = 'auto';
  let revision = defaultRevision;
  const rest = given.flatMap((word) => /^(--\w+)=(.*)$/.exec(word)?.slice(1) ?? [word]);
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '-o' || word === '--output') {
      const format = rest.shift();
      const found = OUTPUTS.find((known) => known === format);
      if (found === undefined) return null;
      output = found;
    } else if (word === '--rev' || word === '-r') {
      const name = rest.shift();
      if (name === undefined) return null;
      revision = name;
    } else if (['--applied', '--pending', '--startup', '--operational'].includes(word)) revision = word.slice(2);
    else if (word.startsWith('-')) return null;
    else words.push(word);
  }
  return { words, output, revision };
}
