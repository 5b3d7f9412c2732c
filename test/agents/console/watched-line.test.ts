import { expect, test } from 'vitest';
import { openWatched } from '../../../agents/console/watched-line.ts';
import { BmcError } from '../../../agents/drivers/bmc/bmc-error.ts';
import { MemoryConsoles } from '../../support/memory-consoles.ts';
import { until } from '../../support/until.ts';

const access = { label: 'n1', type: 'mock', host: 'bmc', port: 623, settings: {}, sealed: '' } as const;

/** A watched line whose BMC answers the question who holds the console as it is told to. */
async function watched(answer: (asked: number) => string | undefined, quiet = 30) {
  const consoles = new MemoryConsoles();
  const memory = consoles.node('n1');
  let asked = 0;
  memory.holder = () => answer(asked++);
  const bmc = consoles.driver.open({
    access,
    credentials: { user: 'admin', password: 'sesame' },
    stateDir: '/nonexistent',
    signal: new AbortController().signal,
  });
  const line = await openWatched(bmc, () => {}, quiet);
  let why: string | undefined;
  void line.ended.then((said) => {
    why = said;
  });
  return { memory, line, asked: () => asked, why: () => why };
}

test.each([
  ['nobody', undefined, 'was restarted'],
  ['somebody else', 'them', 'somebody else'],
])('a line that %s holds any more is over, and closed', async (_, holder, why) => {
  const { memory, line } = await watched((asked) => (asked < 2 ? 'us' : holder));
  expect(await line.ended).toContain(why);
  await until(() => !memory.isOpen, 'it is closed');
});

test('a line that is ours stays, however often it is looked at', async () => {
  const { asked, why, line } = await watched(() => 'us');
  await until(() => asked() >= 5, 'it was looked at');
  expect(why()).toBeUndefined();
  await line.close();
  expect(await line.ended).not.toContain('somebody');
});

test('a line whose BMC cannot tell is left alone', async () => {
  const { memory, asked, why } = await watched((count) => (count === 0 ? undefined : 'them'), 15);
  await until(() => asked() === 1, 'it was looked at');
  for (let sign = 0; sign < 10; sign += 1) await new Promise((resolve) => setTimeout(resolve, 15));
  expect(asked()).toBe(1);
  expect(why()).toBeUndefined();
  memory.drop();
});

test('a BMC that does not answer now is asked again', async () => {
  const { asked, why, line } = await watched((count) => {
    if (count === 0 || count === 2) throw new BmcError('no-answer', 'nobody is there');
    return 'us';
  });
  await until(() => asked() >= 5, 'it was looked at');
  expect(why()).toBeUndefined();
  await line.close();
});

test('a line over which something comes is not looked at', async () => {
  const { memory, asked, line } = await watched(() => 'us', 300);
  await until(() => asked() === 1, 'it was looked at');
  for (let sign = 0; sign < 40; sign += 1) {
    memory.print('.');
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
  expect(asked()).toBe(1);
  await line.close();
});
