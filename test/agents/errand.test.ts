import { expect, test } from 'vitest';
import { Errand } from '../../agents/errand.ts';

/** Long after everything that happens without a timer. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** Waits for so many turns of the queue of microtasks. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await null;
}

test('an errand is never run twice at once, and once more for all who ask meanwhile', async () => {
  let runs = 0;
  let release = () => {};
  const errand = new Errand(async () => {
    runs += 1;
    await new Promise<void>((resolve) => {
      release = resolve;
    });
  });
  for (let times = 0; times < 3; times += 1) errand.ask();
  expect(runs).toBe(1);
  release();
  await settled();
  expect(runs).toBe(2);
  const done = errand.done();
  release();
  await done;
  expect(runs).toBe(2);
});

test.for([0, 1, 2, 3, 4, 5, 6])('who asks %i turns after the end of the work is not forgotten', async (count) => {
  let runs = 0;
  const errand = new Errand(async () => {
    runs += 1;
    if (runs === 1) void turns(count).then(() => errand.ask());
  });
  errand.ask();
  await settled();
  expect(runs).toBe(2);
});
