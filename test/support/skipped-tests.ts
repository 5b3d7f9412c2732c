import type { Reporter, TestModule } from 'vitest/node';

/** Tells at the end what skipped tests lack on this machine. Where every test counts, as in CI, the run fails for each. */
export class SkippedTests implements Reporter {
  readonly #everyTestCounts: boolean;

  constructor({ everyTestCounts }: { readonly everyTestCounts: boolean }) {
    this.#everyTestCounts = everyTestCounts;
  }

  /** Sets the exit code and names the tests, or what they lack, once all have run. */
  onTestRunEnd(modules: readonly TestModule[]): void {
    const skipped = modules.flatMap((module) =>
      [...module.children.allTests('skipped')].map((test) => `${module.relativeModuleId}: ${test.fullName}`),
    );
    if (skipped.length === 0) return;
    if (this.#everyTestCounts) {
      process.stderr.write(`\nSkipped tests, not allowed here:\n${lines(skipped)}`);
      process.exitCode = 1;
      return;
    }
    // As `skipped` of lacking.ts has it behind their names.
    const reasons = new Set(skipped.flatMap((name) => /\(skipped: (.*?)\)(?: > |$)/.exec(name)?.[1] ?? []));
    // Those that were not asked for lack nothing.
    if (reasons.size > 0) process.stdout.write(`\nTests were skipped:\n${lines([...reasons].sort())}`);
  }
}

function lines(texts: readonly string[]): string {
  return texts.map((text) => `  ${text}\n`).join('');
}
