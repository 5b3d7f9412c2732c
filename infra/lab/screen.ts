/** What the lab shows while it runs: chapters, and steps with the time at which each was done. */
export class Screen {
  readonly #started = performance.now();

  /** Begins a chapter. */
  chapter(title: string): void {
    process.stdout.write(`\n${title}\n`);
  }

  /** Something is done, or was seen. */
  done(what: string): void {
    const seconds = ((performance.now() - this.#started) / 1000).toFixed(1).padStart(6);
    process.stdout.write(`${seconds} s  ${what}\n`);
  }

  /** Says something that is not a step. */
  say(text: string): void {
    process.stdout.write(`${text}\n`);
  }
}
