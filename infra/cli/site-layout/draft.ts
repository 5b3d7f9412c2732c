import type { Mistake, Path } from './place.ts';
import type { Step } from './step.ts';

/** What is to be done with what is registered. */
export interface Manner {
  /** Things that the layout does not have go. */
  readonly deletes: boolean;
  /** Passwords and tokens of the layout are sent for what is registered already, too. */
  readonly renews: boolean;
}

/** What an import comes to. */
export class Draft {
  readonly manner: Manner;
  readonly steps: Step[] = [];
  /** What is not done, because something would be deleted for it. */
  readonly left: Step[] = [];
  readonly mistakes: Mistake[] = [];
  /** What can be made so by no request: it is otherwise already. */
  readonly conflicts: Mistake[] = [];

  constructor(manner: Manner) {
    this.manner = manner;
  }

  add(...steps: readonly Step[]): void {
    this.steps.push(...steps);
  }

  /** Steps of which one deletes something: together, or not at all. */
  replace(...steps: readonly Step[]): void {
    (this.manner.deletes ? this.steps : this.left).push(...steps);
  }

  mistake(path: Path, message: string): void {
    this.mistakes.push({ path, message });
  }

  conflict(path: Path, message: string): void {
    this.conflicts.push({ path, message });
  }
}

/** Whether two values are the same; a number may be written as text. */
export function same(a: unknown, b: unknown): boolean {
  const [one, other] = [a ?? null, b ?? null];
  if (typeof one === 'object' || typeof other === 'object') return canonical(one) === canonical(other);
  return String(one) === String(other);
}

/** The JSON text of a value, the same in whichever order its fields are. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => {
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

/** `hostname: "a" -> "b"`: a change in one line. */
export function shownChange(name: string, before: unknown, after: unknown): string {
  return `${name}: ${JSON.stringify(before ?? null)} -> ${JSON.stringify(after ?? null)}`;
}

/** The things of a list by their names. */
export function byName<T extends { readonly name: string }>(things: readonly T[] | undefined): Map<string, T> {
  return new Map((things ?? []).map((thing) => [thing.name, thing]));
}

/** The things that a list does not name. Where there is no list, nothing is said of any. */
export function unnamed<T extends { readonly name: string }>(
  things: readonly T[] | undefined,
  list: readonly { readonly name: string }[] | undefined,
): T[] {
  if (!list) return [];
  const named = byName(list);
  return (things ?? []).filter(({ name }) => !named.has(name));
}
