import type { Configuration } from './configuration.ts';

/** One `nv set` or `nv unset`. */
export type Change = (configuration: Configuration) => void;

/** What a user has asked for and not yet applied. */
export interface PendingRevision {
  readonly id: number;
  readonly changes: readonly Change[];
}

/** The revisions of one switch since it booted: the applied one, and a pending one for each user. */
export class Revisions {
  #applied = 1;
  #last = 1;
  readonly #pending = new Map<string, { id: number; changes: Change[] }>();

  /** The number of the revision that was applied last. */
  get applied(): number {
    return this.#applied;
  }

  pending(user: string): PendingRevision | undefined {
    return this.#pending.get(user);
  }

  /** Adds a change to what is pending. Its number if that created the revision, else null. */
  add(user: string, change: Change): number | null {
    const known = this.#pending.get(user);
    if (known !== undefined) {
      known.changes.push(change);
      return null;
    }
    this.#last += 1;
    this.#pending.set(user, { id: this.#last, changes: [change] });
    return this.#last;
  }

  /** Forgets what is pending, because it was detached, or because it was applied. */
  drop(user: string, fate: 'detached' | 'applied'): void {
    const known = this.#pending.get(user);
    if (known !== undefined && fate === 'applied') this.#applied = known.id;
    this.#pending.delete(user);
  }
}

const sinceBoot = new WeakMap<Configuration, Revisions>();

/** The revisions of the switch with this running configuration. A boot makes a new running configuration, and forgets all that pends. */
export function revisionsOf(running: Configuration): Revisions {
  const revisions = sinceBoot.get(running) ?? new Revisions();
  sinceBoot.set(running, revisions);
  return revisions;
}

/** A configuration with changes made to a copy of it. */
export function withChanges(configuration: Configuration, changes: readonly Change[]): Configuration {
  const changed = structuredClone(configuration);
  for (const change of changes) change(changed);
  return changed;
}
