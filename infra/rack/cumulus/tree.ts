/** A part of NVUE's object model: an object by the names of its parts, or a value. Null stands for something that is taken away. */
export type Tree = string | number | null | { readonly [name: string]: Tree };

/** A part that has parts. */
export type Branch = { readonly [name: string]: Tree };

/** A tree without the parts that are undefined. */
export function branch(parts: Readonly<Record<string, Tree | undefined>>): Branch {
  const present: Record<string, Tree> = {};
  for (const [name, part] of Object.entries(parts)) if (part !== undefined) present[name] = part;
  return present;
}

/** The part of a tree at a path, or null. */
export function partAt(tree: Tree, path: readonly string[]): Tree {
  let part: Tree = tree;
  for (const name of path) {
    if (!isBranch(part)) return null;
    part = Object.hasOwn(part, name) ? (part[name] ?? null) : null;
  }
  return part;
}

/** What to set and what to unset to get from one tree to another. Empty where there is nothing to do. */
export function difference(from: Branch, to: Branch): { readonly set: Branch; readonly unset: Branch } {
  const set: Record<string, Tree> = {};
  const unset: Record<string, Tree> = {};
  for (const [name, part] of Object.entries(from)) if (to[name] === undefined && part !== undefined) unset[name] = null;
  for (const [name, part] of Object.entries(to)) {
    const before = from[name];
    if (before !== undefined && isBranch(before) && isBranch(part)) {
      const inside = difference(before, part);
      if (Object.keys(inside.set).length > 0) set[name] = inside.set;
      if (Object.keys(inside.unset).length > 0) unset[name] = inside.unset;
    } else if (before !== part) set[name] = part;
  }
  return { set, unset };
}

/** A tree as YAML, each line indented by so many blanks. Keys that look like numbers are quoted. */
export function toYaml(tree: Branch, indent: number): string {
  return Object.entries(tree)
    .map(([name, part]) => {
      const key = `${' '.repeat(indent)}${/^\d/.test(name) ? `'${name}'` : name}:`;
      if (part === null) return `${key}\n`;
      if (!isBranch(part)) return `${key} ${part}\n`;
      return Object.keys(part).length === 0 ? `${key} {}\n` : `${key}\n${toYaml(part, indent + 2)}`;
    })
    .join('');
}

/** A tree as words from its root to each leaf. */
export function toPaths(tree: Branch, above: readonly string[] = []): string[] {
  return Object.entries(tree).flatMap(([name, part]) => {
    const path = [...above, name];
    if (part === null) return [path.join(' ')];
    if (!isBranch(part)) return [[...path, part].join(' ')];
    return Object.keys(part).length === 0 ? [path.join(' ')] : toPaths(part, path);
  });
}

/** A tree as the table that `nv show` prints, with one column of values. */
export function toTable(tree: Branch, title: string): string {
  const rows = flatten(tree, 0);
  const width = Math.max(0, ...rows.map(([name]) => name.length));
  const values = Math.max(title.length, ...rows.map(([, value]) => value.length));
  const lines = [['', title], ['-'.repeat(width), '-'.repeat(values)], ...rows];
  return lines
    .map(([name = '', value = '']) => `${name.padEnd(width)}  ${value}`.trimEnd())
    .join('\n')
    .concat('\n');
}

function flatten(tree: Branch, depth: number): [string, string][] {
  return Object.entries(tree).flatMap(([name, part]): [string, string][] => {
    const label = `${'  '.repeat(depth)}${name}`;
    if (!isBranch(part)) return [[label, `${part ?? ''}`]];
    const names = Object.keys(part);
    const isChoice =
      names.length === 1 && Object.values(part).every((inside) => isBranch(inside) && Object.keys(inside).length === 0);
    return isChoice ? [[label, names.join(',')]] : [[label, ''], ...flatten(part, depth + 1)];
  });
}

/** Whether a part has parts, or could have. */
export function isBranch(tree: Tree): tree is Branch {
  return typeof tree === 'object' && tree !== null;
}
