import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { NoSkips } from './support/no-skips.ts';

const inCi = process.env['CI'] !== undefined && process.env['CI'] !== '' && process.env['CI'] !== 'false';

export default defineConfig({
  test: {
    root: fileURLToPath(new URL('..', import.meta.url)),
    include: ['test/**/*.test.ts'],
    globalSetup: 'test/global-setup.ts',
    setupFiles: 'test/support/fail-on-warnings.ts',
    pool: 'forks',
    maxWorkers: 3,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    teardownTimeout: 30_000,
    allowOnly: !inCi,
    reporters: inCi ? ['default', new NoSkips()] : ['default'],
  },
});
