/** Who makes a request, and what they may do. `projects` are ids. */
export interface Caller {
  /** Null for a request without credentials, where those are not required. */
  readonly label: string | null;
  readonly id: number | null;
  readonly isAdmin: boolean;
  readonly projects: ReadonlySet<number>;
}

/** A request without credentials. */
export const anonymous: Caller = { label: null, id: null, isAdmin: false, projects: new Set() };

/** Whether the caller may act for a project; what belongs to no project is the administrators'. */
export function mayActFor(caller: Caller, projectId: number | null): boolean {
  return caller.isAdmin || (projectId !== null && caller.projects.has(projectId));
}
