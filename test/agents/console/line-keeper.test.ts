import { expect, type TestContext, test } from 'vitest';
import { LineKeeper, type LineTraits } from '../../../agents/console/line-keeper.ts';
import { DeviceError } from '../../../agents/device-error.ts';
import { MemoryConsole } from '../../support/memory-consoles.ts';
import { until } from '../../support/until.ts';

const traits: LineTraits = { backOff: { first: 1, last: 1 }, heldBack: 0, unnoticed: 0, breaksAnew: false };

/** A console in memory whose line is kept, and what is told of it. */
function kept(t: TestContext, more: Partial<LineTraits> = {}) {
  const machine = new MemoryConsole();
  const told: string[] = [];
  machine.opening = () => {
    throw new DeviceError('unreachable', 'it does not run');
  };
  const keeper = new LineKeeper({
    open: (onOutput, signal) => machine.open(signal, onOutput),
    log: {
      write: () => {},
      mark: (text) => void told.push(`gap ${text}`),
      tellLine: (state, problem) => void told.push(problem === null ? state : `${state}: ${problem}`),
    },
    traits: { ...traits, ...more },
    opening: 1000,
    isNew: true,
    missing: undefined,
    onProblem: (why) => void told.push(`problem ${why}`),
  });
  t.onTestFinished(() => keeper.close('at once'));
  return { machine, keeper, told };
}

test('a line that cannot be opened is told of once, however often it is tried', async (t) => {
  const { machine, told } = kept(t);
  await until(() => machine.openings > 5, 'it is tried');
  expect(told).toEqual(['opening', 'problem it does not run', 'down: it does not run']);
  machine.opening = () => {
    throw new DeviceError('unreachable', 'the host is away');
  };
  const { openings } = machine;
  await until(() => machine.openings > openings + 3, 'it is tried again');
  expect(told.slice(3)).toEqual(['problem the host is away', 'down: the host is away']);
  machine.opening = () => {};
  await until(() => machine.isOpen && told.includes('open'), 'it is open');
  machine.opening = () => {
    throw new DeviceError('unreachable', 'the host is away');
  };
  machine.drop('the host is away');
  await until(() => told.length > 7, 'it is down again');
  expect(told.slice(5)).toEqual([
    expect.stringMatching(/^gap .*: it does not run; at last: the host is away$/),
    'open',
    'problem the host is away',
    'down: the host is away',
  ]);
});

test.for([
  { unnoticed: 0, from: 'its end' },
  { unnoticed: 60_000, from: 'what it said last' },
])(
  'what is missing after a line ended begins with $from where that goes unnoticed for $unnoticed ms',
  async ({ unnoticed }, t) => {
    const { machine, keeper } = kept(t, { unnoticed });
    machine.opening = () => {};
    await until(() => machine.isOpen && keeper.missingSince === undefined, 'it is open');
    machine.print('x');
    const said = Date.now();
    await until(() => Date.now() > said, 'time has passed');
    machine.opening = () => {
      throw new DeviceError('unreachable', 'it does not run');
    };
    machine.drop();
    const since = await until(() => keeper.missingSince, 'it is noticed');
    expect(since.getTime() > said).toBe(unnoticed === 0);
  },
);
