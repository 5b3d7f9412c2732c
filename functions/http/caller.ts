/** Who makes a request, and what they may do. `projects` are ids. */
export interface Caller {
  /** A user's name; of somebody whom another system knows, with its name before: `oidc:ada`. Null for a request without credentials. */
  readonly label: string | null;
  /** Null for whoever is not in the table of users. */
  readonly id: number | null;
  readonly isAdmin: boolean;
  readonly projects: ReadonlySet<number>;
  /** What the caller signed in with, never the same for two: what is kept of requests is kept by it. Null for a request without credentials. */
  readonly identity: string | null;
  /** Whether this is a token by which nothing can be changed. */
  readonly isReadOnly: boolean;
  /** Whether they showed a password, and not something that was given out in its place. */
  readonly hasPassword: boolean;
  /** What they may do now: a stream may last longer than a right. Null: they are signed in no more. */
  readonly current: () => Promise<Caller | null>;
}

/** A request without credentials. */
export const anonymous: Caller = {
  label: null,
  id: null,
  isAdmin: false,
  projects: new Set(),
  identity: null,
  isReadOnly: false,
  hasPassword: false,
  current: async () => anonymous,
};

/** Whether the caller may act for a project; what belongs to no project is the administrators'. */
export function mayActFor(caller: Caller, projectId: number | null): boolean {
  return caller.isAdmin || (projectId !== null && caller.projects.has(projectId));
}
