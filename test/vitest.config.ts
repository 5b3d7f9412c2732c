import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { SkippedTests } from './support/skipped-tests.ts';

const inCi = process.env['CI'] !== undefined && process.env['CI'] !== '' && process.env['CI'] !== 'false';

/** Tests that leave nothing behind in their process: files share one, and with it what they import, which is most of the program. */
const sharing = ['test/{db,functions}/**/*.test.ts', 'test/agents/reading/**/*.test.ts'];

/** Those that put something in the place of a module: the others would have it, too. */
const mocking = [
  'test/db/client.test.ts',
  'test/functions/http/callers.test.ts',
  'test/functions/http/sign-in/passwords.test.ts',
];

const common = {
  root: fileURLToPath(new URL('..', import.meta.url)),
  setupFiles: 'test/support/fail-on-warnings.ts',
  pool: 'forks',
  testTimeout: 30_000,
  hookTimeout: 30_000,
  teardownTimeout: 30_000,
  allowOnly: !inCi,
} as const;

export default defineConfig({
  test: {
    root: common.root,
    globalSetup: 'test/global-setup.ts',
    maxWorkers: 3,
    reporters: ['default', new SkippedTests({ everyTestCounts: inCi })],
    projects: [
      { test: { ...common, name: 'alone', include: ['test/**/*.test.ts'], exclude: sharing } },
      { test: { ...common, name: 'mocking', include: mocking } },
      { test: { ...common, name: 'sharing', include: sharing, exclude: mocking, isolate: false } },
    ],
  },
});
