import { execa } from 'execa';
import { expect, test } from 'vitest';

// A taste of `npm run soak`, so that it works when it is wanted.
test('a small house is soaked for a few seconds, and nothing happens that never should', { timeout: 120_000 }, async () => {
  const { exitCode, all } = await execa(process.execPath, ['--import', 'tsx', 'test/soak/run.ts'], {
    env: {
      HAAS_SOAK_SECONDS: '5',
      HAAS_SOAK_SEED: '1',
      HAAS_SOAK_NODES: '8',
      HAAS_SOAK_SWITCHES: '2',
      HAAS_SOAK_USERS: '4',
    },
    reject: false,
    all: true,
  });
  expect(all).toContain('violations: none');
  expect(exitCode).toBe(0);
  // Something was tried, something was in the way, and something was killed.
  expect(all).toMatch(/node_connect_network +202: \d/);
  expect(all).toMatch(/port\.set +done: \d/);
  expect(all).toMatch(/end of an? (?:agent|API host) +SIG/);
});
