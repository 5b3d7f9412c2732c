import { expect, test } from 'vitest';
import { bodyOf } from '../../../functions/http/stream-body.ts';
import { until } from '../../support/until.ts';

const part = () => new TextEncoder().encode('part');

function terms() {
  const stopping = new AbortController();
  const errors: unknown[] = [];
  let hungUp = 0;
  return {
    stopping,
    errors,
    hungUp: () => hungUp,
    given: {
      hangUp: () => void hungUp++,
      stopping: stopping.signal,
      onError: (error: unknown) => void errors.push(error),
    },
  };
}

async function* endless() {
  for (;;) yield part();
}

test('nothing is made before it is taken', async () => {
  let made = 0;
  const body = bodyOf(async function* () {
    for (;;) {
      made += 1;
      yield part();
    }
  }, terms().given);
  const reader = body.getReader();
  expect(made).toBe(0);
  await reader.read();
  expect(made).toBe(1);
  await reader.cancel();
});

test('a client that takes nothing for too long is hung up on, and one that has nothing to take is not', async () => {
  const [stalled, idle] = [terms(), terms()];
  const taken = bodyOf(endless, { ...stalled.given, patience: 20 }).getReader();
  await taken.read();
  const waiting = bodyOf(
    async function* (gone) {
      yield part();
      await new Promise((resolve) => gone.addEventListener('abort', resolve));
    },
    { ...idle.given, patience: 20 },
  ).getReader();
  await waiting.read();
  const ended = waiting.read();
  await until(() => stalled.hungUp() === 1, 'it is hung up on');
  expect(idle.hungUp()).toBe(0);
  await waiting.cancel();
  expect(await ended).toMatchObject({ done: true });
});

test('when everything stops, whoever is not taking anything is hung up on at once', async () => {
  const { stopping, given, hungUp } = terms();
  const reader = bodyOf(endless, given).getReader();
  await reader.read();
  stopping.abort();
  expect(hungUp()).toBe(1);
});

test('what makes it is told when the client has gone, and ended', async () => {
  let isEnded = false;
  const reader = bodyOf(async function* (gone) {
    try {
      yield part();
      await new Promise((resolve) => gone.addEventListener('abort', resolve));
    } finally {
      isEnded = true;
    }
  }, terms().given).getReader();
  await reader.read();
  void reader.read();
  await reader.cancel();
  expect(isEnded).toBe(true);
});

test('an error ends it, is told to us, and is not shown', async () => {
  const { given, errors, hungUp } = terms();
  const failing = async function* () {
    yield part();
    throw new Error('no secret of ours');
  };
  const text = await new Response(bodyOf(failing, given)).text();
  expect(text).toBe('part');
  expect(errors).toHaveLength(1);
  expect(hungUp()).toBe(1);
});

test.for(['ends', 'makes something'])(
  'a client that leaves while it waits is no error, even where what it waited for %s then',
  async (how) => {
    const { given, errors, hungUp } = terms();
    let state = 'new';
    const reader = bodyOf(async function* (gone) {
      state = 'waits';
      try {
        await new Promise((resolve) => gone.addEventListener('abort', resolve));
        if (how === 'makes something') yield part();
      } finally {
        state = 'over';
      }
    }, given).getReader();
    const waiting = reader.read();
    await until(() => state === 'waits', 'there is nothing yet');
    await reader.cancel();
    expect(await waiting).toMatchObject({ done: true });
    await until(() => state === 'over', 'nothing more is made');
    expect(errors).toEqual([]);
    expect(hungUp()).toBe(0);
  },
);
