import { expect, test } from 'vitest';
import { readPrefer } from '../../../functions/http/prefer.ts';

test.for([
  [undefined, 30, '', ''],
  ['', 30, '', ''],
  ['wait=5', 5, 'wait=5', 'wait=5'],
  ['wait=0', 0, 'wait=0', 'wait=0'],
  ['WAIT = "7"', 7, 'wait=7', 'wait=7'],
  ['wait=61', 60, 'wait=60', 'wait=60'],
  ['wait=999999999999', 30, '', ''],
  ['wait=-1', 30, '', ''],
  ['wait=5.5', 30, '', ''],
  ['wait=soon', 30, '', ''],
  ['wait', 30, '', ''],
  ['wait=5, wait=9', 5, 'wait=5', 'wait=5'],
  ['respond-async', 0, '', 'respond-async'],
  ['Respond-Async, wait=10', 10, 'wait=10', 'respond-async, wait=10'],
  ['return=minimal; x="a, wait=9", wait=3', 3, 'wait=3', 'wait=3'],
  ['note="wait=9, respond-async", wait=3', 3, 'wait=3', 'wait=3'],
  ['handling=lenient', 30, '', ''],
  [',,wait=4', 4, 'wait=4', 'wait=4'],
] as const)('%j', ([header, wait, done, pending]) => {
  expect(readPrefer(header)).toEqual({ wait, applied: { done, pending } });
});

test('who asks for nothing waits as long as is usual there', () => {
  expect(readPrefer(undefined, 5).wait).toBe(5);
  expect(readPrefer('wait=40', 5).wait).toBe(40);
  expect(readPrefer('respond-async', 5).wait).toBe(0);
});

test('a hostile text takes no time', () => {
  const begun = performance.now();
  for (const part of ['"', ';"', 'a=', ',;', 'a;', '\\"', ' ']) readPrefer(`a=${part.repeat(8_000)}`);
  expect(performance.now() - begun).toBeLessThan(2_000);
});
