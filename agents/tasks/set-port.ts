import { type PortState, samePortState } from '../../db/commands/kinds.ts';
import { DeviceError } from '../device-error.ts';
import type { SwitchSession } from '../drivers/driver.ts';
import { messageOf } from '../scrub.ts';
import { asBefore, asWanted, backOff, type PortChange, readingFailed, type Stage, sessionLost } from './port-change.ts';
import type { Means, Progress } from './progress.ts';

/**
 * Goes on with a change in an open session, until it ends, must wait, or the session is over. Never throws.
 * The port is set, read back and compared, and only a reading ends a change. Waiting is the caller's, and holds up no other port.
 */
export async function advanceChange(change: PortChange, means: Means<SwitchSession>): Promise<Progress> {
  for (;;) {
    const progress = await stages[change.stage](change, means);
    if (progress) return progress;
  }
}

/** Undefined: go on at once with the stage that the change is in now. */
type Run = (change: PortChange, means: Means<SwitchSession>) => Promise<Progress | undefined>;

const stages: Record<Stage, Run> = {
  async look(change, means) {
    const read = await readPort(change, means);
    if (read.kind === 'lost') return sessionLost(change, read.message, means.patience);
    if (read.kind === 'state' && samePortState(read.state, change.want)) return asWanted(change, read.state);
    if (read.kind === 'state') change.stage = 'set';
    else readingFailed(change, read.message);
    return undefined;
  },

  async set(change, means) {
    change.touched = true;
    change.stage = 'prove';
    const error = await attempt(() => means.session.setPort(change.port, change.want));
    if (!error) {
      change.cause = undefined;
      means.checkpoint('set-sent');
      return undefined;
    }
    if (isOver(error)) {
      change.cause = { reason: 'interrupted', message: error.message };
      return sessionLost(change, error.message, means.patience);
    }
    change.cause = { reason: 'device-refused', message: error.message };
    return undefined;
  },

  async prove(change, means) {
    const read = await readPort(change, means);
    if (read.kind === 'lost') return sessionLost(change, read.message, means.patience);
    if (read.kind === 'nothing') {
      readingFailed(change, read.message);
      return undefined;
    }
    const { state } = read;
    if (samePortState(state, change.want) && change.cause?.reason !== 'device-refused') return asWanted(change, state);
    if (change.cause?.reason === 'interrupted' && !change.repeated) {
      // Whatever the lost session left behind: the whole state is set, so setting it again is right from everywhere.
      change.repeated = true;
      change.stage = 'set';
      return undefined;
    }
    change.cause ??= {
      reason: 'mismatch',
      message: `${change.port} was read back as ${describe(state)}, not as wanted: ${describe(change.want)}`,
    };
    if (samePortState(state, change.before)) return asBefore(change, state);
    change.stage = 'restore';
    return undefined;
  },

  async restore(change, means) {
    change.stage = 'shut';
    return retreat(change, means, 'restore-sent', () => means.session.setPort(change.port, change.before));
  },

  async shut(change, means) {
    change.stage = 'restore';
    const progress = await retreat(change, means, 'shut-sent', () => means.session.shutPort(change.port));
    return progress ?? backOff(change, means.patience, 'usable');
  },
};

/** Writes something safe, and reads: only the state of before ends it. */
async function retreat(
  change: PortChange,
  means: Means<SwitchSession>,
  step: 'restore-sent' | 'shut-sent',
  write: () => Promise<void>,
): Promise<Progress | undefined> {
  change.touched = true;
  const error = await attempt(write);
  if (error && isOver(error)) return sessionLost(change, error.message, means.patience);
  if (!error) means.checkpoint(step);
  const read = await readPort(change, means);
  if (read.kind === 'lost') return sessionLost(change, read.message, means.patience);
  return read.kind === 'state' && samePortState(read.state, change.before) ? asBefore(change, read.state) : undefined;
}

type Reading =
  | { readonly kind: 'state'; readonly state: PortState }
  | { readonly kind: 'nothing'; readonly message: string }
  | { readonly kind: 'lost'; readonly message: string };

async function readPort(change: PortChange, { session, checkpoint }: Means<SwitchSession>): Promise<Reading> {
  try {
    const state = await session.readPort(change.port);
    checkpoint('read-back');
    change.last = `${change.port} was last read as ${describe(state)}`;
    change.unreadable = 0;
    return { kind: 'state', state };
  } catch (thrown) {
    const error = asDeviceError(thrown);
    change.last = error.message;
    return { kind: isOver(error) ? 'lost' : 'nothing', message: error.message };
  }
}

async function attempt(work: () => Promise<void>): Promise<DeviceError | undefined> {
  try {
    await work();
    return undefined;
  } catch (thrown) {
    return asDeviceError(thrown);
  }
}

/** A driver that throws anything else has a fault of its own: its session is not used any more. */
export function asDeviceError(thrown: unknown): DeviceError {
  return thrown instanceof DeviceError ? thrown : new DeviceError('lost', messageOf(thrown), { cause: thrown });
}

function isOver({ fault }: DeviceError): boolean {
  return fault !== 'refused' && fault !== 'unintelligible';
}

function describe({ native, tagged, enabled }: PortState): string {
  return `${enabled ? 'up' : 'shut'}, native ${native ?? 'none'}, tagged ${tagged.join(',') || 'none'}`;
}
