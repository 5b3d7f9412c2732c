import { describe, expect, test } from 'vitest';
import { DeviceError, type DeviceFault } from '../../../agents/device-error.ts';
import { beginCheck } from '../../../agents/tasks/check-switch.ts';
import { advance, hasTouched, sessionFailed } from '../../../agents/tasks/switch-job.ts';
import { MemorySwitches } from '../../support/memory-switch.ts';

const PORTS = ['gi1/0/1', 'gi1/0/2', 'gi1/0/3'];
const patience = { open: [0, 1, 3], backOff: { first: 1, last: 4 } };
const onVlan = { native: 100, tagged: [200], enabled: true };
const EMPTY = { native: null, tagged: [], enabled: false };

/** What a call of the switch comes to, in order; after the last all goes well. */
interface Told {
  readonly version?: readonly (DeviceFault | 'ok')[];
  readonly read?: readonly (DeviceFault | 'ok')[];
  /** The agent is stopped after so many readings. */
  readonly stopAfter?: number;
}

/** Runs one check to its end as a device worker does: opens a new session when one is over. */
async function carryOut({ stopAfter, ...scripts }: Told) {
  const switches = new MemorySwitches();
  switches.ports.set('sw-1 gi1/0/2', onVlan);
  const done = { version: 0, read: 0 };
  switches.interfere = ({ what }) => {
    if (what !== 'version' && what !== 'read') return;
    const fault = scripts[what]?.[done[what]] ?? 'ok';
    done[what] += 1;
    if (fault !== 'ok') throw new DeviceError(fault, `the switch: ${fault}`);
  };
  const open = () =>
    switches.driver.open({
      access: { label: 'sw-1', type: 'mock', hostname: 'm', port: 1, settings: {}, sealed: '' },
      credentials: { username: '', password: '' },
      hostKeys: { check: () => true },
      stateDir: '/nonexistent',
      signal: new AbortController().signal,
    });
  const check = beginCheck({ ports: PORTS });
  const isStopping = () => stopAfter !== undefined && done.read >= stopAfter;
  for (let rounds = 0; rounds < 10; rounds += 1) {
    const progress = await advance(check, { session: await open(), patience, checkpoint: () => {}, isStopping });
    const calls = switches.calls.map(({ what }) => what).join(' ');
    if (progress.kind === 'ended' || progress.session === 'usable') return { progress, calls, check };
  }
  throw new Error('the check does not end');
}

const allRead = PORTS.map((port) => ({ port, state: port === 'gi1/0/2' ? onVlan : EMPTY }));

describe('a check', () => {
  test('asks for the version, reads every port, and sends nothing else', async () => {
    const { progress, calls, check } = await carryOut({});
    const result = { check: { version: 'memory 1.0', ports: allRead } };
    expect(progress).toEqual({ kind: 'ended', outcome: { status: 'done', result } });
    expect(calls).toBe('open version read read read');
    expect(hasTouched(check)).toBe(false);
  });

  test('bears one answer that is not understood', async () => {
    const { progress } = await carryOut({ version: ['unintelligible'], read: ['ok', 'unintelligible'] });
    expect(progress).toMatchObject({ outcome: { status: 'done', result: { check: { ports: allRead } } } });
  });

  test.for([['refused'], ['unintelligible', 'unintelligible']] as const)(
    'says of a port that it cannot be read, and reads the others: %s',
    async (faults) => {
      const { progress } = await carryOut({ read: ['ok', ...faults] });
      const ports = [allRead[0], { port: 'gi1/0/2', problem: `the switch: ${faults[0]}` }, allRead[2]];
      expect(progress).toMatchObject({ outcome: { status: 'done', result: { check: { ports } } } });
    },
  );

  test('begins anew in another session after one is lost: what was read before may have changed meanwhile', async () => {
    const { progress, calls } = await carryOut({ read: ['ok', 'lost'] });
    expect(progress).toMatchObject({ outcome: { status: 'done', result: { check: { ports: allRead } } } });
    expect(calls).toBe('open version read read open version read read read');
  });

  test.for([
    { told: { version: ['lost', 'lost'] }, step: 'version', reason: 'interrupted', session: 'over' },
    { told: { version: ['refused'] }, step: 'version', reason: 'device-refused' },
    { told: { version: ['unintelligible', 'unintelligible'] }, step: 'version', reason: 'unreadable' },
    { told: { read: ['ok', 'lost', 'ok', 'lost'] }, step: 'read', reason: 'interrupted', session: 'over' },
  ] as const)('fails at the step $step: $reason', async ({ told, step, reason, ...rest }) => {
    const { progress } = await carryOut(told);
    const outcome = { status: 'failed', reason, message: expect.stringContaining('the switch: '), result: { step } };
    expect(progress).toEqual({ kind: 'ended', outcome, ...rest });
  });

  test('is given back when the agent stops', async () => {
    const { progress, calls } = await carryOut({ stopAfter: 1 });
    expect(progress).toEqual({ kind: 'later', wait: 0, session: 'usable' });
    expect(calls).toBe('open version read');
  });
});

describe('a session that cannot be opened', () => {
  test('is tried three times, and then the check fails', () => {
    const check = beginCheck({ ports: PORTS });
    const error = new DeviceError('unreachable', 'no route');
    expect([0, 1, 2].map(() => sessionFailed(check, error, patience))).toEqual([
      { kind: 'later', wait: 1, session: 'over' },
      { kind: 'later', wait: 3, session: 'over' },
      {
        kind: 'ended',
        outcome: { status: 'failed', reason: 'unreachable', message: 'no route', result: { step: 'connect' } },
      },
    ]);
  });

  test('because the switch does not know us is tried once', () => {
    const denied = new DeviceError('denied', 'wrong password');
    expect(sessionFailed(beginCheck({ ports: PORTS }), denied, patience)).toMatchObject({
      kind: 'ended',
      outcome: { status: 'failed', reason: 'denied', result: { step: 'log-in' } },
    });
  });
});
