import type { Path } from './place.ts';

/**
 * What an import does, in this order. What goes makes room for what comes: VLANs, ports, addresses and names. Users and projects go last,
 * so that nobody deletes themselves before the rest is done.
 */
export const phases = [
  'take NICs off networks',
  'take back nodes',
  'take headnodes off networks',
  'delete interfaces of headnodes',
  'delete headnodes',
  'close networks',
  'delete networks',
  'unplug NICs',
  'delete NICs',
  'delete metadata',
  'delete nodes',
  'delete ports',
  'delete switches',
  'projects',
  'users',
  'members',
  'quotas',
  'switches',
  'ports',
  'nodes',
  'metadata',
  'NICs',
  'cables',
  'networks',
  'access',
  'reservations',
  'connections',
  'headnodes',
  'interfaces of headnodes',
  'networks of headnodes',
  'remove members',
  'delete users',
  'delete projects',
] as const;
export type Phase = (typeof phases)[number];

/** One request of an import. */
export interface Step {
  readonly phase: Phase;
  readonly kind: 'create' | 'change' | 'delete';
  /** For people, without secrets: `NIC eth0 of node node-01`. */
  readonly what: string;
  /** The id of the operation, and what it is given. */
  readonly operation: string;
  readonly values: Readonly<Record<string, unknown>>;
  /** Where the layout says so; of what goes, the list in which it is missing. */
  readonly path: Path;
  /**
   * What fields of the operation are called in the layout, below `path`; null: they stand elsewhere, and are judged there. Unless
   * they are here, they are called the same.
   */
  readonly names?: Readonly<Record<string, string | null>>;
  /** Steps of one lane are taken one after another. */
  readonly lane?: string;
}
