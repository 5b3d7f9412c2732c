import type { CommandParameters } from '../../db/commands/kinds.ts';
import type { FailureReason, Outcome } from '../../db/commands/outcome.ts';
import type { Power } from '../../db/devices/obm.ts';
import type { BmcError } from '../drivers/bmc/bmc-error.ts';
import { asBmcError, type BmcMeans, bmcFailed, ended, reasonOf } from './bmc-outcomes.ts';
import type { Progress } from './progress.ts';

/**
 * What is done next: `look` at the power before anything else; `boot` from the network next time; then `start` the clock, `ask` the BMC
 * for a change, and `watch` until the machine has made it.
 */
type Stage = 'look' | 'boot' | 'start' | 'ask' | 'watch';

/**
 * A machine on its way to have power, or none. A cycle is made of its two halves, each read back: what a BMC calls a cycle
 * is over before anybody could see that it happened.
 */
export interface PowerChange {
  readonly kind: 'power.set';
  readonly node: string;
  readonly action: 'on' | 'off' | 'cycle';
  readonly force: boolean;
  readonly limit: number;
  readonly pxe: boolean;
  /** An earlier process began it and did not come to an end. */
  readonly again: boolean;
  stage: Stage;
  /** The change that is asked for now, and whether it is the first half of a cycle. */
  step: 'on' | 'off' | 'soft';
  /** Whether anything was sent that may have changed the machine. */
  touched: boolean;
  /** Whether the machine lost its power in this cycle. */
  wentOff: boolean;
  /** Whether the next boot was set to PXE, and so read back. */
  bootsPxe: boolean;
  /** What went wrong when the change was asked for, where the BMC may have taken it all the same. */
  cause: { readonly reason: FailureReason; readonly message: string } | undefined;
  /** Until when the machine is watched, and a BMC that says nothing is asked, in milliseconds since 1970. */
  until: number;
  doubtUntil: number;
  /** What was seen or said last. */
  last: string;
}

/** A change that is about to begin. `again`: an earlier process may have begun it. */
export function beginPowerChange(parameters: CommandParameters<'power.set'>, again: boolean): PowerChange {
  const { bmc, action, force, limit, pxe } = parameters;
  return {
    kind: 'power.set',
    node: bmc.label,
    action,
    force,
    limit: limit * 1000,
    pxe: pxe && action === 'cycle',
    again,
    stage: 'look',
    step: 'on',
    touched: again,
    wentOff: false,
    bootsPxe: false,
    cause: undefined,
    until: 0,
    doubtUntil: 0,
    last: again ? 'an earlier attempt was cut short' : 'nothing was sent',
  };
}

/** Goes on with a change until it ends or must wait. Never throws. */
export async function advancePowerChange(change: PowerChange, means: BmcMeans): Promise<Progress> {
  if (change.again && change.action === 'cycle') return ended(abandoned(change));
  for (;;) {
    const progress = await stages[change.stage](change, means);
    if (progress?.kind === 'ended') return { ...progress, outcome: withNextBoot(change, progress.outcome) };
    if (progress) return progress;
  }
}

/** The end of a change that a later one takes over from. */
export function supersedePowerChange(change: PowerChange): Outcome {
  const { node, last } = change;
  return withNextBoot(change, {
    status: 'unknown',
    reason: 'unproven',
    message: `a later command for the power of ${node} took over; before that: ${last}`,
  });
}

/** A cycle that ends otherwise leaves the boot device as it set it, and says so: somebody starts the machine one day. */
function withNextBoot({ bootsPxe }: PowerChange, outcome: Outcome): Outcome {
  if (!bootsPxe || outcome.status === 'done') return outcome;
  return { ...outcome, message: `${outcome.message}; its next boot was set to PXE` };
}

/** Undefined: go on at once with the stage that the change is in now. */
type Run = (change: PowerChange, means: BmcMeans) => Promise<Progress | undefined>;

const stages: Record<Stage, Run> = {
  async look(change, { session, checkpoint }) {
    let power: Power;
    try {
      power = await session.readPower();
    } catch (thrown) {
      const error = asBmcError(thrown);
      return change.again ? ended(untold(change, error)) : bmcFailed(error);
    }
    checkpoint('connected');
    change.last = `${change.node} was ${power}`;
    if (power === change.action) return ended({ status: 'done', result: { power } });
    // A machine that is off is turned on by a cycle.
    if (power === 'on') change.step = change.action === 'cycle' && !change.force ? 'soft' : 'off';
    change.stage = change.pxe ? 'boot' : 'start';
    return undefined;
  },

  async boot(change, { session }) {
    let mayBeSet = false;
    try {
      const { uefi } = await session.readBoot();
      await session.setBoot({ device: 'pxe', persistent: false, uefi }).catch((thrown: unknown) => {
        const error = asBmcError(thrown);
        mayBeSet = !neverSent(error) && error.fault !== 'refused';
        throw error;
      });
      mayBeSet = true;
      const { device } = await session.readBoot();
      if (device !== 'pxe') {
        const message = `the BMC of ${change.node} took PXE as the next boot device, and holds ${device}; its power was not touched`;
        return ended({ status: 'failed', reason: 'mismatch', message });
      }
    } catch (thrown) {
      const error = asBmcError(thrown);
      if (mayBeSet) {
        const message = `whether ${change.node} boots from the network the next time is not known, and its power was not touched: ${error.message}`;
        return ended({ status: 'unknown', reason: 'unproven', message });
      }
      return ended({
        status: 'failed',
        reason: reasonOf(error),
        message: `the next boot of ${change.node} could not be set to PXE, and its power was not touched: ${error.message}`,
        result: { diagnosis: error.diagnosis },
      });
    }
    change.bootsPxe = true;
    change.stage = 'start';
    return undefined;
  },

  async start(change, { waits }) {
    change.doubtUntil = Date.now() + waits.doubt;
    change.stage = 'ask';
    return undefined;
  },

  async ask(change, { session, waits, checkpoint }) {
    const { node, step, touched } = change;
    change.touched = true;
    change.stage = 'watch';
    change.until = Date.now();
    change.last = step === 'soft' ? `the operating system of ${node} was asked to shut down` : `${node} was to turn ${step}`;
    try {
      await session.setPower(step);
      checkpoint('set-sent');
    } catch (thrown) {
      const error = asBmcError(thrown);
      change.last = error.message;
      if (neverSent(error) && !change.wentOff) {
        change.touched = touched;
        return bmcFailed(error);
      }
      change.cause = { reason: reasonOf(error), message: error.message };
      if (neverSent(error) && Date.now() < change.doubtUntil) {
        // Half a cycle is no end: the BMC may be back in a moment, and turning on is right however often it is asked for.
        change.stage = 'ask';
        return later(waits.look);
      }
      // What the BMC will not do, the machine need not be watched for.
      if (error.fault === 'refused') return undefined;
    }
    // From now on: a BMC may be slow to take it, and the machine gets its time all the same.
    change.until = Date.now() + (step === 'soft' ? change.limit : waits.settle);
    change.doubtUntil = Math.max(change.until, change.doubtUntil);
    return undefined;
  },

  async watch(change, means) {
    const { look, dark } = means.waits;
    const wanted: Power = change.step === 'on' ? 'on' : 'off';
    let power: Power;
    try {
      power = await means.session.readPower();
      means.checkpoint('read-back');
    } catch (thrown) {
      const { message } = asBmcError(thrown);
      change.last = message;
      if (Date.now() < change.doubtUntil) return { kind: 'later', wait: look, session: 'usable' };
      return ended({
        status: 'unknown',
        reason: 'unproven',
        message: `whether ${change.node} turned ${wanted} is not known, ask for its power status: ${message}`,
      });
    }
    if (power !== wanted) return Date.now() < change.until ? later(look) : ended(unmoved(change, power));
    if (change.action !== 'cycle' || wanted === 'on') return ended({ status: 'done', result: { power } });
    Object.assign(change, { wentOff: true, cause: undefined, step: 'on', stage: 'start', last: `${change.node} was turned off` });
    return later(dark);
  },
};

function later(wait: number): Progress {
  return { kind: 'later', wait, session: 'usable' };
}

/** Whether a command certainly never reached the machine. */
function neverSent({ fault }: BmcError): boolean {
  return fault === 'unreachable' || fault === 'denied';
}

/** The time is up, and the BMC says plainly that the machine is not as wanted. */
function unmoved({ node, step, wentOff, cause, limit }: PowerChange, power: Power): Outcome {
  const why = cause ? `: ${cause.message}` : '';
  if (wentOff) {
    const message = `${node} was turned off, and did not turn on again${why}`;
    return { status: 'failed', reason: 'incomplete', message, result: { power } };
  }
  if (step === 'soft' && cause?.reason !== 'device-refused') {
    const message = `${node} did not react within ${limit / 1000} s to being asked to shut down, and is still on${why}: "force" does not ask it`;
    return { status: 'failed', reason: 'no-reaction', message, result: { power } };
  }
  const message = cause
    ? `${cause.message}; ${node} is ${power} as before`
    : `the BMC took it, and ${node} is still ${power}: look at the machine`;
  return { status: 'failed', reason: cause?.reason ?? 'no-reaction', message, result: { power } };
}

/** A change that an earlier process began, at a BMC that does not tell what became of it. */
function untold({ node, action }: PowerChange, { message }: BmcError): Outcome {
  return {
    status: 'unknown',
    reason: 'unproven',
    message: `an earlier attempt was cut short, and whether ${node} turned ${action} is not known, ask for its power status: ${message}`,
  };
}

function abandoned({ node }: PowerChange): Outcome {
  return {
    status: 'unknown',
    reason: 'unproven',
    message: `the agent was stopped in the middle of a power cycle of ${node}, which is never done twice: ask for its power status`,
  };
}
