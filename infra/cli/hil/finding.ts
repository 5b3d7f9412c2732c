/** What can be left out of an import: a row, with all that belongs to it. A node is moved as a whole, or not at all. */
export interface Thing {
  readonly of: 'project' | 'user' | 'network' | 'switch' | 'port' | 'node' | 'headnode';
  readonly id: number;
}

/** Something in a HIL that an administrator has to know. The sentences name rows by table and id. */
export interface Finding {
  readonly what: string;
  /** What to do about it. */
  readonly remedy: string;
  /** Nobody can tell what is meant: these are not moved before it is mended. Empty: nothing hangs on it. */
  readonly leaves: readonly Thing[];
}

/** A finding that keeps these from being moved. */
export function ambiguous(leaves: readonly Thing[], what: string, remedy: string): Finding {
  return { leaves, what, remedy };
}

/** A finding that keeps nothing from being moved. */
export function note(what: string, remedy: string): Finding {
  return { leaves: [], what, remedy };
}

/** `a`, `a and b`, `a, b and c` */
export function listed(names: readonly string[]): string {
  return names.length > 1 ? `${names.slice(0, -1).join(', ')} and ${names.at(-1)}` : names.join('');
}
