import type { Tx } from '../../db/client.ts';
import { type Headnode, lockHeadnode } from '../../db/queries/headnodes.ts';
import { type Caller, mayActFor } from '../http/caller.ts';
import type { Problem } from '../http/problem.ts';

/** Refusals of whatever concerns a headnode, in the order in which they are looked for. */
export const headnodeRefusals = {
  unknown_headnode: ['NotFoundError', 'no headnode has this name'],
  not_your_headnode: ['AuthorizationError', 'the headnode is of a project that the caller does not act for'],
} as const;

/** Refusal of whatever comes too late for a headnode. */
export const deletionRefusals = {
  being_deleted: ['IllegalStateError', 'the headnode is about to be deleted'],
} as const;

/** Refusals of whatever changes the interfaces of a headnode or their networks. */
export const frozenRefusals = {
  ...deletionRefusals,
  frozen: ['IllegalStateError', 'the headnode has been started, and keeps its interfaces and networks'],
} as const;

/** What deciding about a headnode takes of an operation's context. */
interface Asking<Code extends string> {
  readonly caller: Caller;
  readonly refuse: (code: Code, message: string) => Problem;
}

/** The headnode found, where the caller may act for it. */
export function ownHeadnode(
  { caller, refuse }: Asking<keyof typeof headnodeRefusals>,
  headnode: Headnode | undefined,
  label: string,
): Headnode {
  if (!headnode) throw refuse('unknown_headnode', `there is no headnode ${label}`);
  if (!mayActFor(caller, headnode.projectId)) {
    throw refuse('not_your_headnode', `headnode ${label} is of a project that you do not act for`);
  }
  return headnode;
}

/** Locks a headnode for a caller who may change it; see `lockHeadnode`. */
export async function lockOwnHeadnode(
  asking: Asking<keyof typeof headnodeRefusals> & { readonly tx: Tx },
  label: string,
): Promise<Headnode> {
  return ownHeadnode(asking, await lockHeadnode(asking.tx, label), label);
}

/** Refuses what comes too late for a locked headnode. */
export function refuseIfDeleting(
  refuse: (code: keyof typeof deletionRefusals, message: string) => Problem,
  { label, deletion }: Headnode,
): void {
  if (deletion !== null) throw refuse('being_deleted', `headnode ${label} is about to be deleted: create another`);
}

/** Refuses what changes the interfaces of a locked headnode that keeps them. */
export function refuseIfFrozen(
  refuse: (code: keyof typeof frozenRefusals, message: string) => Problem,
  headnode: Headnode,
): void {
  refuseIfDeleting(refuse, headnode);
  if (headnode.isFrozen) {
    throw refuse(
      'frozen',
      `headnode ${headnode.label} has been started, and keeps its interfaces and networks: delete it and create another`,
    );
  }
}
