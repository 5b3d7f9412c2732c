import type { CommandRow } from '../db/commands/claim.ts';
import type { Outcome, RefusalReason } from '../db/commands/outcome.ts';
import { refusalReasons } from '../db/commands/outcome.ts';
import { SealError, type SealingKey, unseal } from '../db/commands/seal.ts';
import { type Credentials, credentials, type SwitchAccess } from '../db/devices/access.ts';
import type { Admission, Begun, Journal } from './journal.ts';
import type { Order } from './order.ts';
import type { Policy } from './policy.ts';
import { scrub } from './scrub.ts';
import type { SwitchTarget } from './switch-link.ts';
import { beginCheck } from './tasks/check-switch.ts';
import type { Job } from './tasks/job.ts';
import { beginPortChange } from './tasks/port-change.ts';
import type { Verify } from './verify.ts';

/** A command that may be begun. */
export interface Task {
  readonly begun: Begun;
  readonly target: SwitchTarget;
  readonly job: Job;
}

/** What becomes of a row: it is carried out, or ends at once. */
export type Admitted =
  | { readonly kind: 'task'; readonly task: Task }
  | { readonly kind: 'end'; readonly id: string; readonly outcome: Outcome };

/** Everything by which an agent judges rows, none of it from the database. */
export interface Judge {
  readonly agent: string;
  readonly verify: Verify;
  readonly policy: Policy;
  readonly sealingKeys: readonly SealingKey[];
}

/**
 * Decides about one row, touching nothing: signature and comparison, the journal, the policy, the credentials, in this order,
 * so that a replay is called a replay and counts against no limit. A fresh change is counted by the policy; a caller that does not
 * begin it uncounts it. A check changes nothing, and is never counted.
 */
export async function admit(row: CommandRow, device: string, journal: Journal, judge: Judge): Promise<Admitted> {
  const known = journal.recall(row.id);
  if (known) return { kind: 'end', id: row.id, outcome: known };

  const verdict = await judge.verify(row, judge.agent, device);
  if (verdict.kind === 'refusal') return refuse(row, journal, verdict.reason, verdict.message);
  const { order } = verdict;
  const begun = { id: order.id, seq: order.seq, port: order.kind === 'port.set' ? order.parameters.port : null };
  const admission = journal.admit(begun);
  switch (admission.kind) {
    case 'ended':
      return { kind: 'end', id: row.id, outcome: admission.outcome };
    case 'replayed':
    case 'out-of-order':
      return refuse(row, journal, admission.kind, refusalReasons[admission.kind]);
  }

  const forbidden =
    order.kind === 'port.set' ? judge.policy.forbids(order.parameters) : judge.policy.forbidsSwitch(order.parameters.switch);
  if (forbidden !== undefined) return refuse(row, journal, 'policy', forbidden);
  const secret = await openCredentials(order.parameters.switch, order.device, judge.sealingKeys);
  if (typeof secret === 'string') return refuse(row, journal, 'bad-credentials', secret);
  const counts = order.kind === 'port.set' && admission.kind === 'fresh';
  const tooMany = counts ? judge.policy.count(order.id, Date.now()) : undefined;
  if (tooMany !== undefined) return refuse(row, journal, 'policy', tooMany);
  return { kind: 'task', task: taskFor(order, begun, secret, admission, row) };
}

/** Opens what was sealed for exactly this switch at exactly this address. A sentence when it does not open. */
export async function openCredentials(
  access: SwitchAccess,
  device: string,
  keys: readonly SealingKey[],
): Promise<Credentials | string> {
  try {
    const { hostname, port } = access;
    return credentials.parse(await unseal(keys, access.sealed, { device, hostname, port }));
  } catch (error) {
    return error instanceof SealError ? error.message : `the credentials of ${device} open to something else; enter them again`;
  }
}

function taskFor(order: Order, begun: Begun, secret: Credentials, { kind }: Admission, { attempt }: CommandRow): Task {
  // Only a hint from the database: it can at most make us look at the port once more than needed.
  const again = kind === 'again' || attempt > 1;
  const target = { access: order.parameters.switch, credentials: secret };
  switch (order.kind) {
    case 'port.set':
      return { begun, target, job: beginPortChange(order.parameters, order.notAfter * 1000, again) };
    case 'switch.check':
      return { begun, target, job: beginCheck(order.parameters) };
  }
}

/** A command that was begun may have changed the device: it is too late to say that it never was an order. */
function refuse(row: CommandRow, journal: Journal, reason: RefusalReason, detail: string): Admitted {
  const message = scrub(detail, []);
  const outcome: Outcome = journal.isOpen(row.id)
    ? { status: 'unknown', reason: 'unproven', message: `it was begun, and would be refused now (${reason}): ${message}` }
    : { status: 'refused', reason, message };
  return { kind: 'end', id: row.id, outcome };
}
