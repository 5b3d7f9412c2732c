import { describe, expect, test } from 'vitest';
import type { Step } from '../../../agents/checkpoint.ts';
import { DeviceError } from '../../../agents/device-error.ts';
import { beginPortChange, supersede } from '../../../agents/tasks/port-change.ts';
import type { Progress } from '../../../agents/tasks/progress.ts';
import { advance, sessionFailed } from '../../../agents/tasks/switch-job.ts';
import type { PortState } from '../../../db/commands/kinds.ts';
import { MemorySwitches } from '../../support/memory-switch.ts';

const PORT = 'gi1/0/1';
const before: PortState = { native: 7, tagged: [], enabled: true };
const want: PortState = { native: 100, tagged: [200], enabled: true };
const foreign: PortState = { native: 66, tagged: [], enabled: true };
const patience = { open: [0, 1, 3], backOff: { first: 1, last: 4 } };

/** What a call of the switch does, in order: goes well, goes well and loses the answer, fails, or lies. */
type Script = 'ok' | 'lost' | 'did, then lost' | 'refused' | 'unintelligible' | 'lie' | 'foreign' | 'crash';

interface Told {
  /** For each `set`, `read`, `shut`, in order; the last one is repeated. */
  readonly set?: readonly Script[];
  readonly read?: readonly Script[];
  readonly shut?: readonly Script[];
  readonly again?: boolean;
  readonly start?: PortState;
  /** Milliseconds that the command is still valid. */
  readonly left?: number;
}

/** Runs one change to its end as a device worker does: opens a new session when one is over, waits when told to. */
async function carryOut({ again = false, start = before, left = 60_000, ...scripts }: Told) {
  const switches = new MemorySwitches();
  const steps: Step[] = [];
  const waits: number[] = [];
  switches.ports.set(`sw-1 ${PORT}`, start);
  const done = { set: 0, read: 0, shut: 0 };
  switches.interfere = ({ what, state }) => {
    if (what !== 'set' && what !== 'read' && what !== 'shut') return undefined;
    const told = scripts[what] ?? ['ok'];
    const now = told[Math.min(done[what]++, told.length - 1)];
    if (now === 'crash') throw new TypeError('x is not a function');
    if (now === 'did, then lost' && state) switches.ports.set(`sw-1 ${PORT}`, state);
    if (now === 'did, then lost') throw new DeviceError('lost', 'the line went dead');
    if (now === 'foreign') switches.ports.set(`sw-1 ${PORT}`, foreign);
    if (now === 'lost' || now === 'refused' || now === 'unintelligible') throw new DeviceError(now, `the switch: ${now}`);
    return now === 'lie' || now === 'foreign' ? 'ignored' : undefined;
  };
  const open = () =>
    switches.driver.open({
      access: { label: 'sw-1', type: 'mock', hostname: 'm', port: 1, settings: {}, sealed: '' },
      credentials: { username: '', password: '' },
      hostKeys: { check: () => true },
      stateDir: '/nonexistent',
      signal: new AbortController().signal,
    });
  const change = beginPortChange({ port: PORT, want, before }, Date.now() + left, again);
  let session = await open();
  for (let rounds = 0; rounds < 100; rounds += 1) {
    const checkpoint = (step: Step) => void steps.push(step);
    const progress = await advance(change, { session, patience, checkpoint, isStopping: () => false });
    if (progress.kind === 'ended') {
      const calls = switches.calls.map(({ what, state }) => (what === 'set' ? (state === want ? 'want' : 'before') : what));
      return { outcome: progress.outcome, calls: calls.join(' '), port: switches.port('sw-1', PORT), steps, waits };
    }
    waits.push(progress.wait);
    if (progress.session === 'over') {
      await session.close();
      session = await open();
    }
    await new Promise((resolve) => setTimeout(resolve, progress.wait));
  }
  throw new Error('the change does not end');
}

describe('a port change', () => {
  test('is set, read back, and only then done', async () => {
    const { outcome, calls, port, steps } = await carryOut({});
    expect(outcome).toEqual({ status: 'done', result: { port: want, changed: true } });
    expect([calls, port, steps]).toEqual(['open want read', want, ['set-sent', 'read-back']]);
  });

  interface Case extends Told {
    readonly name: string;
    readonly ends: string;
    readonly calls: string;
    readonly leaves: PortState;
  }
  const shut = { ...foreign, enabled: false };
  const cases: Case[] = [
    {
      name: 'refused: the port is as before',
      set: ['refused'],
      ends: 'failed device-refused',
      calls: 'open want read',
      leaves: before,
    },
    {
      name: 'refused after half of it was done: restored',
      set: ['refused', 'ok'],
      read: ['foreign', 'ok'],
      start: foreign,
      ends: 'failed device-refused',
      calls: 'open want read before read',
      leaves: before,
    },
    {
      name: 'refused, although the port looks as wanted',
      set: ['refused', 'ok'],
      start: want,
      ends: 'failed device-refused',
      calls: 'open want read before read',
      leaves: before,
    },
    {
      name: 'an answer that nobody recognises is no success',
      set: ['unintelligible', 'ok'],
      start: want,
      ends: 'failed device-refused',
      calls: 'open want read before read',
      leaves: before,
    },
    {
      name: 'the switch says yes and does nothing',
      set: ['lie'],
      ends: 'failed mismatch',
      calls: 'open want read',
      leaves: before,
    },
    {
      name: 'the switch says yes and does something else',
      set: ['foreign', 'ok'],
      ends: 'failed mismatch',
      calls: 'open want read before read',
      leaves: before,
    },
    { name: 'one reading is spoilt', read: ['unintelligible', 'ok'], ends: 'done', calls: 'open want read read', leaves: want },
    {
      name: 'two readings are spoilt: restored',
      read: ['unintelligible', 'unintelligible', 'ok'],
      ends: 'failed mismatch',
      calls: 'open want read read before read',
      leaves: before,
    },
    {
      name: 'lost, and done all the same',
      set: ['did, then lost'],
      ends: 'done',
      calls: 'open want close open read',
      leaves: want,
    },
    {
      name: 'lost, not done, done the second time',
      set: ['lost', 'ok'],
      ends: 'done',
      calls: 'open want close open read want read',
      leaves: want,
    },
    {
      name: 'lost half way, done the second time',
      set: ['lost', 'ok'],
      start: shut,
      ends: 'done',
      calls: 'open want close open read want read',
      leaves: want,
    },
    {
      name: 'lost twice: the port is as before',
      set: ['lost'],
      ends: 'failed interrupted',
      calls: 'open want close open read want close open read',
      leaves: before,
    },
    {
      name: 'lost twice half way: restored',
      set: ['lost', 'lost', 'ok'],
      start: shut,
      ends: 'failed interrupted',
      calls: 'open want close open read want close open read before read',
      leaves: before,
    },
    {
      name: 'lost while it was read back',
      read: ['lost', 'ok'],
      ends: 'done',
      calls: 'open want read close open read',
      leaves: want,
    },
    {
      name: 'a fault of the driver is a lost session',
      set: ['crash', 'ok'],
      ends: 'done',
      calls: 'open want close open read want read',
      leaves: want,
    },
    { name: 'begun by an earlier process, and done', again: true, start: want, ends: 'done', calls: 'open read', leaves: want },
    { name: 'begun by an earlier process, and not done', again: true, ends: 'done', calls: 'open read want read', leaves: want },
    {
      name: 'begun by an earlier process, half done',
      again: true,
      start: shut,
      ends: 'done',
      calls: 'open read want read',
      leaves: want,
    },
    {
      name: 'begun by an earlier process, and now refused',
      again: true,
      set: ['refused'],
      ends: 'failed device-refused',
      calls: 'open read want read',
      leaves: before,
    },
    {
      name: 'the restoring is refused once: shut, then restored',
      set: ['foreign', 'refused', 'ok'],
      ends: 'failed mismatch',
      calls: 'open want read before read shut read before read',
      leaves: before,
    },
    {
      name: 'the session is lost while restoring',
      set: ['foreign', 'lost', 'ok'],
      ends: 'failed mismatch',
      calls: 'open want read before close open shut read before read',
      leaves: before,
    },
  ];
  test.for(cases)('$name', async ({ name: _, ends, calls, leaves, ...told }) => {
    const ended = await carryOut(told);
    const { outcome } = ended;
    expect([outcome.status, 'reason' in outcome ? outcome.reason : []].flat().join(' ')).toBe(ends);
    expect(ended.calls).toBe(calls);
    expect(ended.port).toEqual(leaves);
    // Done and failed are claims about the port, and each carries the reading that proves it.
    expect(outcome).toMatchObject({ result: { port: leaves } });
  });

  test('that cannot be taken back is shut, and tried again with growing waits until the time is up: nobody can tell', async () => {
    const { outcome, calls, port, waits } = await carryOut({ set: ['foreign', 'refused'], left: 40 });
    expect(outcome).toMatchObject({ status: 'unknown', reason: 'unproven', message: expect.stringContaining('native 66') });
    expect(calls).toMatch(/^open want read before read shut read( before read shut read)+$/);
    expect(port).toEqual({ ...foreign, enabled: false });
    expect(waits.slice(0, 4)).toEqual([1, 2, 4, 4]);
  });

  test('that cannot be read is never called done or failed', async () => {
    const { outcome, calls } = await carryOut({ read: ['unintelligible'], left: 30 });
    expect(outcome).toMatchObject({ status: 'unknown', reason: 'unproven' });
    expect(calls).toMatch(/^open want read read before read shut read/);
  });

  test('whose session is lost at every reading is taken back blindly, and never called done or failed', async () => {
    const { outcome, calls } = await carryOut({ read: ['lost'], left: 60 });
    expect(outcome).toMatchObject({ status: 'unknown', reason: 'unproven' });
    expect(calls).toContain('before');
    expect(calls).toContain('shut');
  });
});

describe('a session that cannot be opened', () => {
  const unreachable = new DeviceError('unreachable', 'no route');
  const denied = new DeviceError('denied', 'wrong password');
  const fresh = () => beginPortChange({ port: PORT, want, before }, Date.now() + 60_000, false);
  const outcomeOf = (progress: Progress) => (progress.kind === 'ended' ? progress.outcome : progress.wait);

  test('is tried three times while nothing was sent', () => {
    const change = fresh();
    expect([0, 1, 2].map(() => outcomeOf(sessionFailed(change, unreachable, { ...patience, open: [0, 1000, 3000] })))).toEqual([
      1000,
      3000,
      { status: 'failed', reason: 'unreachable', message: 'no route' },
    ]);
  });

  test('ends at once when the switch does not know us and nothing was sent', () => {
    expect(outcomeOf(sessionFailed(fresh(), denied, patience))).toMatchObject({ status: 'failed', reason: 'denied' });
  });

  test.for([unreachable, denied])('is never a failure once something was sent: $fault', (error) => {
    const change = { ...fresh(), touched: true };
    expect([0, 1, 2, 3, 4].map(() => outcomeOf(sessionFailed(change, error, patience)))).toEqual([1, 2, 4, 4, 4]);
    expect(outcomeOf(sessionFailed({ ...change, deadline: Date.now() - 1 }, error, patience))).toMatchObject({
      status: 'unknown',
      reason: 'unproven',
    });
  });

  test('of a command that an earlier process began counts as if something was sent', () => {
    const change = beginPortChange({ port: PORT, want, before }, Date.now() - 1, true);
    expect(outcomeOf(sessionFailed(change, denied, patience))).toMatchObject({ status: 'unknown', reason: 'unproven' });
  });
});

test('a change that a later one takes over from is in doubt', () => {
  const change = beginPortChange({ port: PORT, want, before }, 0, true);
  expect(supersede(change)).toMatchObject({
    status: 'unknown',
    reason: 'unproven',
    message: expect.stringContaining('later change'),
  });
});
