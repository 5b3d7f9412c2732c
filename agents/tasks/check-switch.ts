import type { CheckedPort, CheckStep, FailureReason, Outcome } from '../../db/commands/outcome.ts';
import type { DeviceError } from '../device-error.ts';
import type { SwitchSession } from '../drivers/driver.ts';
import type { Means, Patience, Progress } from './progress.ts';
import { asDeviceError } from './set-port.ts';

/** A look at a switch: what it said so far. Nothing is sent that changes it, so a check that was cut short begins anew. */
export interface SwitchCheck {
  readonly kind: 'switch.check';
  readonly ports: readonly string[];
  /** Ports that were read, in the order of `ports`. */
  readonly read: CheckedPort[];
  version: string | undefined;
  /** Attempts to open a session. */
  openings: number;
  /** Sessions lost. */
  losses: number;
  /** Answers in a row that were not understood. */
  unreadable: number;
}

/** A check that is about to begin. */
export function beginCheck({ ports }: { readonly ports: readonly string[] }): SwitchCheck {
  return { kind: 'switch.check', ports, read: [], version: undefined, openings: 0, losses: 0, unreadable: 0 };
}

/** What follows from a session that could not be opened: a few attempts, and then somebody is told, who is waiting for it. */
export function checkSessionFailed(check: SwitchCheck, error: DeviceError, patience: Patience): Progress {
  if (error.fault === 'denied') return failed('log-in', 'denied', error.message);
  check.openings += 1;
  const wait = patience.open[check.openings];
  return wait === undefined ? failed('connect', 'unreachable', error.message) : { kind: 'later', wait, session: 'over' };
}

/** Asks the switch for its version and reads the ports, one after the other. A port that cannot be read keeps no other from being read. */
export async function advanceCheck(
  check: SwitchCheck,
  { session, isStopping, checkpoint }: Means<SwitchSession>,
): Promise<Progress> {
  while (check.version === undefined) {
    try {
      check.version = await session.readVersion();
      check.unreadable = 0;
    } catch (thrown) {
      const error = asDeviceError(thrown);
      const trouble = troubleOf(check, error);
      if (trouble === 'lost') return lost(check, 'version', error.message);
      if (trouble !== 'again') return failed('version', trouble, error.message);
    }
  }
  for (let port = next(check); port !== undefined; port = next(check)) {
    if (isStopping()) return { kind: 'later', wait: 0, session: 'usable' };
    try {
      add(check, { port, state: await session.readPort(port) });
    } catch (thrown) {
      const error = asDeviceError(thrown);
      const trouble = troubleOf(check, error);
      if (trouble === 'lost') return lost(check, 'read', error.message);
      if (trouble !== 'again') add(check, { port, problem: error.message });
    }
  }
  checkpoint('read-back');
  return { kind: 'ended', outcome: { status: 'done', result: { check: { version: check.version, ports: check.read } } } };
}

function next({ ports, read }: SwitchCheck): string | undefined {
  return ports[read.length];
}

function add(check: SwitchCheck, port: CheckedPort): void {
  check.read.push(port);
  check.unreadable = 0;
}

/** What to make of an answer that was none. `again`: one answer may be spoilt by a line of a log. */
function troubleOf(check: SwitchCheck, { fault }: DeviceError): 'again' | 'lost' | 'device-refused' | 'unreadable' {
  if (fault === 'refused') return 'device-refused';
  if (fault !== 'unintelligible') return 'lost';
  check.unreadable += 1;
  return check.unreadable < 2 ? 'again' : 'unreadable';
}

/** The first loss may be chance. Until there is another session the switch may change, so everything is read anew. */
function lost(check: SwitchCheck, step: CheckStep, message: string): Progress {
  check.losses += 1;
  check.version = undefined;
  check.read.length = 0;
  if (check.losses < 2) return { kind: 'later', wait: 0, session: 'over' };
  return { ...failed(step, 'interrupted', message), session: 'over' };
}

function failed(step: CheckStep, reason: FailureReason, message: string): Progress & { readonly kind: 'ended' } {
  const outcome: Outcome = { status: 'failed', reason, message, result: { step } };
  return { kind: 'ended', outcome };
}
