import type { z } from 'zod';
import type { CommandRow } from '../db/commands/claim.ts';
import { type CommandParameters, keystrokes } from '../db/commands/kinds.ts';
import type { Outcome, RefusalReason } from '../db/commands/outcome.ts';
import { refusalReasons } from '../db/commands/outcome.ts';
import { SealError, type SealedTarget, type SealingKey, unseal } from '../db/commands/seal.ts';
import { type Credentials, credentials, type SwitchAccess } from '../db/devices/access.ts';
import { type HeadnodeIdentity, type HeadnodeSeed, headnodeSeed } from '../db/devices/headnode.ts';
import { type BmcAccess, type BmcCredentials, bmcCredentials } from '../db/devices/obm.ts';
import type { Begun, Journal } from './journal.ts';
import type { Order } from './order.ts';
import type { Policy } from './policy.ts';
import { scrub } from './scrub.ts';
import type { ConsoleJob, ConsoleWay, Task } from './task.ts';
import type { BmcJob } from './tasks/bmc-job.ts';
import { beginPowerChange } from './tasks/change-power.ts';
import { beginCheck } from './tasks/check-switch.ts';
import { beginHeadnodeJob, beginHeadnodeStart } from './tasks/headnode-job.ts';
import { beginPortChange } from './tasks/port-change.ts';
import { beginBootChange } from './tasks/set-boot-device.ts';
import type { Verify } from './verify.ts';

/** What becomes of a row: it is carried out, or ends at once. */
export type Admitted =
  | { readonly kind: 'task'; readonly task: Task }
  | { readonly kind: 'end'; readonly id: string; readonly outcome: Outcome };

/** Everything by which an agent judges rows, none of it from the database. */
export interface Judge {
  readonly agent: string;
  readonly verify: Verify;
  readonly policy: Policy;
  /** Throws ConfigError while they cannot be read. */
  readonly sealingKeys: () => readonly SealingKey[];
}

/**
 * Decides about one row, touching nothing: signature and comparison, the journal, the policy, the secrets, in this order,
 * so that a replay is called a replay and counts against no limit. A fresh change is counted by the policy; a caller that does not
 * begin it uncounts it. What changes nothing is never counted.
 */
export async function admit(row: CommandRow, device: string, journal: Journal, judge: Judge): Promise<Admitted> {
  const known = journal.recall(row.id);
  if (known) return { kind: 'end', id: row.id, outcome: known };

  const verdict = await judge.verify(row, judge.agent, device);
  if (verdict.kind === 'refusal') return refuse(row, journal, verdict.reason, verdict.message);
  const { order } = verdict;
  const begun = { id: order.id, seq: order.seq, port: changedPart(order) };
  const admission = journal.admit(begun);
  switch (admission.kind) {
    case 'ended':
      return { kind: 'end', id: row.id, outcome: admission.outcome };
    case 'replayed':
    case 'out-of-order':
      return refuse(row, journal, admission.kind, refusalReasons[admission.kind]);
  }

  const forbidden = forbids(order, judge.policy);
  if (forbidden !== undefined) return refuse(row, journal, 'policy', forbidden);
  const begunBefore = admission.kind === 'again';
  const task = await taskFor(order, begun, { again: begunBefore, hinted: row.attempt > 1 }, judge.sealingKeys());
  if (typeof task === 'string') return refuse(row, journal, 'bad-credentials', task);
  const counts = begun.port !== null && !begunBefore;
  const tooMany = counts ? judge.policy.count(order.id, Date.now()) : undefined;
  if (tooMany !== undefined) return refuse(row, journal, 'policy', tooMany);
  return { kind: 'task', task };
}

/** What of its device an order changes, by which later orders of the same take over from it; null: nothing that stays. */
function changedPart(order: Order): string | null {
  switch (order.kind) {
    case 'port.set':
      return order.parameters.port;
    case 'power.set':
      return 'power';
    case 'boot-device.set':
      return 'boot-device';
    case 'headnode.start':
    case 'headnode.stop':
    case 'headnode.delete':
      return 'headnode';
    default:
      return null;
  }
}

function forbids({ kind, parameters }: Order, policy: Policy): string | undefined {
  switch (kind) {
    case 'port.set':
      return policy.forbids(parameters);
    case 'switch.check':
      return policy.forbidsSwitch(parameters.switch);
    case 'power.set':
    case 'power.read':
    case 'boot-device.set':
    case 'bmc.check':
      return policy.forbidsBmc(parameters.bmc);
    case 'console.open':
      return 'bmc' in parameters ? policy.forbidsBmc(parameters.bmc) : undefined;
    case 'headnode.start':
      return policy.forbidsHeadnode(parameters);
    case 'console.close':
    case 'console.input':
    case 'console.break':
    case 'headnode.stop':
    case 'headnode.read':
    case 'headnode.delete':
      return undefined;
  }
}

/** How an order may have been begun before: for certain, by the journal; or perhaps, by what the database says. */
interface Before {
  readonly again: boolean;
  readonly hinted: boolean;
}

/** A sentence where something sealed does not open. */
async function taskFor(
  order: Order,
  begun: Begun,
  { again, hinted }: Before,
  keys: readonly SealingKey[],
): Promise<Task | string> {
  const { device } = order;
  switch (order.kind) {
    case 'port.set':
    case 'switch.check': {
      const access = order.parameters.switch;
      const secret = await openCredentials(access, device, keys);
      if (typeof secret === 'string') return secret;
      const job =
        order.kind === 'port.set'
          ? // A hint can at most make us look at the port once more than needed.
            beginPortChange(order.parameters, order.notAfter * 1000, again || hinted)
          : beginCheck(order.parameters);
      return { trade: 'switch', begun, target: { access, credentials: secret }, job };
    }
    case 'power.set':
    case 'power.read':
    case 'boot-device.set':
    case 'bmc.check': {
      const access = order.parameters.bmc;
      const secret = await openBmcCredentials(access, keys);
      if (typeof secret === 'string') return secret;
      return { trade: 'bmc', begun, target: { access, credentials: secret }, job: bmcJob(order, again) };
    }
    case 'console.open': {
      const { console } = order.parameters;
      const way = await openConsoleWay(order.parameters, keys);
      if (typeof way === 'string') return way;
      return { trade: 'console', begun, again, job: { kind: order.kind, console, way } };
    }
    case 'console.input': {
      const { console, sealed } = order.parameters;
      const typed = await open(keys, sealed, { device, hostname: String(console), port: 0 }, keystrokes);
      if (typeof typed === 'string') return typed;
      return { trade: 'console', begun, again, job: { kind: order.kind, console, data: Buffer.from(typed.data, 'base64') } };
    }
    case 'console.close':
    case 'console.break': {
      const job: ConsoleJob = { kind: order.kind, console: order.parameters.console };
      return { trade: 'console', begun, again, job };
    }
    case 'headnode.start': {
      const { headnode, seed: sealed } = order.parameters;
      const seed = sealed === null ? null : await openSeed(sealed, headnode, keys);
      if (typeof seed === 'string') return seed;
      return { trade: 'headnode', begun, headnode, job: beginHeadnodeStart(order.parameters, seed, order.id, again) };
    }
    case 'headnode.stop':
    case 'headnode.read':
    case 'headnode.delete':
      return { trade: 'headnode', begun, headnode: order.parameters.headnode, job: beginHeadnodeJob(order.kind, again) };
  }
}

/** Opens what was sealed for exactly this headnode. A sentence when it does not open. */
function openSeed(
  sealed: string,
  { label, uuid }: HeadnodeIdentity,
  keys: readonly SealingKey[],
): Promise<HeadnodeSeed | string> {
  return open(keys, sealed, { device: `headnode/${label}`, hostname: uuid, port: 0 }, headnodeSeed);
}

/** The way to the machine whose console is to be held. A sentence when something sealed does not open. */
async function openConsoleWay(
  parameters: CommandParameters<'console.open'>,
  keys: readonly SealingKey[],
): Promise<ConsoleWay | string> {
  if ('headnode' in parameters) return { of: 'headnode', headnode: parameters.headnode };
  const { bmc: access } = parameters;
  const credentials = await openBmcCredentials(access, keys);
  return typeof credentials === 'string' ? credentials : { of: 'node', target: { access, credentials } };
}

function bmcJob(
  order: Extract<Order, { kind: 'power.set' | 'power.read' | 'boot-device.set' | 'bmc.check' }>,
  again: boolean,
): BmcJob {
  switch (order.kind) {
    case 'power.set':
      return beginPowerChange(order.parameters, again);
    case 'boot-device.set':
      return beginBootChange(order.parameters, again);
    case 'power.read':
    case 'bmc.check':
      return { kind: order.kind };
  }
}

/** Opens what was sealed for exactly this switch at exactly this address. A sentence when it does not open. */
export function openCredentials(
  { sealed, hostname, port }: SwitchAccess,
  device: string,
  keys: readonly SealingKey[],
): Promise<Credentials | string> {
  return open(keys, sealed, { device, hostname, port }, credentials);
}

/** Opens what was sealed for exactly this BMC at exactly this address. A sentence when it does not open. */
export function openBmcCredentials(
  { label, sealed, host, port }: BmcAccess,
  keys: readonly SealingKey[],
): Promise<BmcCredentials | string> {
  return open(keys, sealed, { device: `bmc/${label}`, hostname: host, port }, bmcCredentials);
}

async function open<S extends z.ZodType>(
  keys: readonly SealingKey[],
  sealed: string,
  target: SealedTarget,
  shape: S,
): Promise<z.output<S> | string> {
  try {
    return shape.parse(await unseal(keys, sealed, target));
  } catch (error) {
    return error instanceof SealError
      ? error.message
      : `the credentials of ${target.device} open to something else; enter them again`;
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
