import type { Reporter, TestModule } from 'vitest/node';

/** Fails a run in which a test was skipped or left for later: in CI every test counts. */
export class NoSkips implements Reporter {
  /** Sets the exit code and names the tests, once all have run. */
  onTestRunEnd(modules: readonly TestModule[]): void {
    const skipped = modules.flatMap((module) =>
      [...module.children.allTests('skipped')].map((test) => `${module.relativeModuleId}: ${test.fullName}`),
    );
    if (skipped.length === 0) return;
    process.stderr.write(`\nSkipped tests, not allowed here:\n${skipped.map((name) => `  ${name}\n`).join('')}`);
    process.exitCode = 1;
  }
}
