import { expect, test } from 'vitest';
import { SaveTries } from '../../agents/save-tries.ts';

const none = () => false;

test('a device is tried at once, and then after longer and longer waits', () => {
  const tries = new SaveTries(1000);
  const due = (now: number) => tries.due(['a'], none, now).length === 1;
  const waits: number[] = [];
  for (let now = 0, last = 0; waits.length < 13; now += 1000) {
    if (!due(now)) continue;
    tries.tried('a', now);
    waits.push((now - last) / 1000);
    last = now;
  }
  expect(waits).toEqual([0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600]);
  expect(tries.due(['a', 'b'], none, 0)).toEqual(['b']);
});

test('the tries of a device are forgotten once it is saved, and not while it is held', () => {
  const tries = new SaveTries(1000);
  tries.tried('a', 0);
  expect(tries.due([], (device) => device === 'a', 1)).toEqual([]);
  expect(tries.due(['a'], none, 1)).toEqual([]);
  expect(tries.due([], none, 1)).toEqual([]);
  expect(tries.due(['a'], none, 1)).toEqual(['a']);
});
