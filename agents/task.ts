import type { HeadnodeIdentity } from '../db/devices/headnode.ts';
import type { BmcAccess, BmcCredentials } from '../db/devices/obm.ts';
import type { Begun } from './journal.ts';
import type { SwitchTarget } from './switch-link.ts';
import type { BmcJob } from './tasks/bmc-job.ts';
import type { HeadnodeJob } from './tasks/headnode-job.ts';
import type { SwitchJob } from './tasks/switch-job.ts';

/** Where a BMC is, and with which name and password it is entered. */
export interface BmcTarget {
  readonly access: BmcAccess;
  readonly credentials: BmcCredentials;
}

/** The machine whose console is to be held, and how it is reached. */
export type ConsoleWay =
  | { readonly of: 'node'; readonly target: BmcTarget }
  | { readonly of: 'headnode'; readonly headnode: HeadnodeIdentity };

/** What is to be done with a console. `console` is its number: consoles of a node that were open before have others. */
export type ConsoleJob =
  | { readonly kind: 'console.open'; readonly console: number; readonly way: ConsoleWay }
  | { readonly kind: 'console.close'; readonly console: number }
  | { readonly kind: 'console.input'; readonly console: number; readonly data: Buffer }
  | { readonly kind: 'console.break'; readonly console: number };

/** A command for a switch that may be begun. */
export interface SwitchTask {
  readonly trade: 'switch';
  readonly begun: Begun;
  readonly target: SwitchTarget;
  readonly job: SwitchJob;
}

/** A command for a BMC that may be begun. */
interface BmcTask {
  readonly trade: 'bmc';
  readonly begun: Begun;
  readonly target: BmcTarget;
  readonly job: BmcJob;
}

/** A command for a headnode that may be begun. */
interface HeadnodeTask {
  readonly trade: 'headnode';
  readonly begun: Begun;
  readonly headnode: HeadnodeIdentity;
  readonly job: HeadnodeJob;
}

/** A command for a console that may be begun. `again`: an earlier process began it, and did not come to an end. */
export interface ConsoleTask {
  readonly trade: 'console';
  readonly begun: Begun;
  readonly job: ConsoleJob;
  readonly again: boolean;
}

/** A command that may be begun, by the kind of device that it is for. */
export type Task = SwitchTask | BmcTask | HeadnodeTask | ConsoleTask;
export type Trade = Task['trade'];
/** The tasks of one trade. */
export type TaskOf<T extends Trade> = Extract<Task, { readonly trade: T }>;

/** Whether a task is of a trade. Its order was found to be for a device of that trade, so it always is where that device is worked on. */
export function isOfTrade<T extends Trade>(task: Task, trade: T): task is TaskOf<T> {
  return task.trade === trade;
}
