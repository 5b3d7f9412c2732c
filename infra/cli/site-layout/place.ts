/** Where something stands in a layout: `['nodes', 3, 'nics', 0, 'port']`. */
export type Path = readonly (string | number)[];

/** Something that is wrong with a layout. The message goes on after its place. */
export interface Mistake {
  readonly path: Path;
  readonly message: string;
}

/** A path as people read it: `nodes[3].nics[0].port`. */
export function shownPath(path: Path): string {
  return path.map((step, at) => (typeof step === 'number' ? `[${step}]` : `${at === 0 ? '' : '.'}${step}`)).join('');
}

/** What stands at a path; undefined where nothing does. */
export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((part, step) => {
    if (typeof part !== 'object' || part === null) return undefined;
    return Object.entries(part).find(([name]) => name === String(step))?.[1];
  }, value);
}
