import { expect, test } from 'vitest';
import { makeConsoleSite } from '../../support/console-site.ts';
import { until } from '../../support/until.ts';

// Everybody who begins to watch a console that is not connected yet has it opened: a BMC that is slow must not have to begin anew each time.
test('a console that is being opened is not opened anew by whoever asks for the same', async (t) => {
  const site = await makeConsoleSite(t);
  await site.startWith();
  const console = await site.reserve('n1');
  const machine = site.consoles.node('n1');
  let answer = () => {};
  const slow = new Promise<void>((resolve) => {
    answer = resolve;
  });
  machine.opening = () => slow;
  await site.ended(await site.openConsole('n1', console));
  await until(() => machine.openings === 1, 'the BMC is asked');
  for (let viewer = 2; viewer <= 4; viewer += 1) await site.ended(await site.openConsole('n1', console));
  answer();
  await until(async () => (await site.line(console)).state === 'open', 'the console to be open');
  expect(machine.openings).toBe(1);
});
