import type { CommandParameters } from '../../db/commands/kinds.ts';
import type { HeadnodeIdentity, HeadnodeSeed } from '../../db/devices/headnode.ts';
import type { Machine } from '../drivers/vm-host/driver.ts';
import { NotIsolated } from '../drivers/vm-host/driver.ts';
import { NoRoom } from '../vm-host-room.ts';
import { ended } from './bmc-outcomes.ts';
import { removeMachine } from './headnode-delete.ts';
import {
  beginDoubt,
  type Cause,
  causeOf,
  failed,
  type HeadnodeChange,
  type HeadnodeMeans,
  look,
  readBack,
} from './headnode-outcomes.ts';
import type { Progress } from './progress.ts';
import { asDeviceError } from './set-port.ts';

/**
 * A headnode that is to run: looked at, `make` where there is no machine, `start`, and `prove`. Where this command made the machine and it
 * does not start, `undo` removes it: the headnode is as before.
 */
export interface HeadnodeStart extends HeadnodeChange {
  readonly kind: 'headnode.start';
  readonly parameters: CommandParameters<'headnode.start'>;
  readonly seed: HeadnodeSeed | null;
  /** Its id: whoever goes on with it after a crash knows by it that it made the machine. */
  readonly command: string;
  stage: 'look' | 'make' | 'unmade' | 'start' | 'prove' | 'undo';
}

/** Goes on with a start until it ends or must wait. Never throws. */
export async function advanceHeadnodeStart(start: HeadnodeStart, means: HeadnodeMeans): Promise<Progress> {
  for (;;) {
    const progress = await stages[start.stage](start, means);
    if (progress) return progress;
  }
}

/** Undefined: go on at once with the stage that the start is in now. */
type Run = (start: HeadnodeStart, means: HeadnodeMeans) => Promise<Progress | undefined>;

const stages: Record<HeadnodeStart['stage'], Run> = {
  async look(start, means) {
    const now = await look(start, means);
    if ('kind' in now) return now;
    if (now.state === 'running') {
      means.session.settle();
      return ended({ status: 'done', result: { headnode: now } });
    }
    start.stage = now.state === 'absent' ? 'make' : 'start';
    return undefined;
  },

  async make(start, means) {
    const { parameters, seed, command } = start;
    const { headnode, template, size, full_copy: fullCopy, nics } = parameters;
    start.touched = true;
    try {
      await means.session.make({ template, size, fullCopy, nics, seed: seed && seedFor(headnode, seed) }, command);
      means.checkpoint('made');
      start.stage = 'start';
    } catch (thrown) {
      const error = asDeviceError(thrown);
      // What an earlier process has half made is removed first.
      if (error.fault === 'unreachable' || (error instanceof NoRoom && !start.again)) {
        means.session.settle();
        return failed(error, { state: 'absent' });
      }
      start.cause = causeOf(error);
      beginDoubt(start, means);
      start.stage = error.fault === 'refused' ? 'unmade' : 'undo';
    }
    return undefined;
  },

  async start(start, means) {
    start.touched = true;
    try {
      await means.session.start(start.parameters.nics);
      means.checkpoint('set-sent');
    } catch (thrown) {
      const error = asDeviceError(thrown);
      if (error.fault === 'unreachable' && !means.session.isMadeBy(start.command)) return failed(error, { state: 'stopped' });
      start.cause = error instanceof NotIsolated ? { reason: 'mismatch', message: error.message } : causeOf(error);
    }
    beginDoubt(start, means);
    start.stage = 'prove';
    return undefined;
  },

  async prove(start, means) {
    const { session } = means;
    let now = await readBack(start, means);
    if ('kind' in now) return now;
    const isRefused = start.cause?.reason === 'mismatch' || start.cause?.reason === 'device-refused';
    if (now.state === 'running' && isRefused) {
      // It was not to run, and perhaps in other networks than its own.
      await session.stop().catch(() => {});
      now = await readBack(start, means);
      if ('kind' in now) return now;
    }
    if (now.state === 'running') {
      // A guest runs only after its interfaces were proven, so a start whose answer was lost has succeeded.
      if (!isRefused) session.settle();
      return isRefused
        ? failed({ reason: 'incomplete', message: `${start.cause?.message}; it could not be ended` }, now)
        : ended({ status: 'done', result: { headnode: now } });
    }
    if (!session.isMadeBy(start.command)) return failed(causeIn(start), now);
    start.stage = 'undo';
    return undefined;
  },

  // A host that refuses may have had its reason: what is there is no work of ours.
  async unmade(start, means) {
    const now = await readBack(start, means);
    if ('kind' in now) return now;
    if (now.state !== 'absent') return failed(causeIn(start), now);
    start.stage = 'undo';
    return undefined;
  },

  async undo(start, means) {
    const removed = await removeMachine(start, means);
    if ('kind' in removed) return removed;
    const { leftovers, now } = removed;
    const { reason, message } = causeIn(start);
    if (leftovers.length === 0 && now.state === 'absent') return failed({ reason, message }, now);
    return failed(
      { reason: 'incomplete', message: [message, 'not everything could be removed again', ...leftovers].join('; ') },
      now,
    );
  },
};

function causeIn({ cause }: HeadnodeStart): Cause {
  return cause ?? { reason: 'no-reaction', message: 'it was started, and does not run' };
}

/** What cloud-init is told, as in its NoCloud data source; JSON is YAML. */
function seedFor({ label, uuid }: HeadnodeIdentity, { ssh_keys: keys, user_data: userData }: HeadnodeSeed): Machine['seed'] {
  const metaData = { 'instance-id': uuid, 'local-hostname': hostnameOf(label), 'public-keys': keys };
  return { userData: userData ?? '#cloud-config\n{}\n', metaData: `${JSON.stringify(metaData)}\n` };
}

/** A label made a host name (RFC 1123): one word of letters, digits and hyphens. */
function hostnameOf(label: string): string {
  const name = label
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 63)
    .replace(/^-+|-+$/g, '');
  return name === '' ? 'headnode' : name;
}
