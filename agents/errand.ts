/** Work that is asked for at any time and never done twice at once: asked for while it is being done, it is done once more. */
export class Errand {
  readonly #work: () => Promise<void>;
  #asked = false;
  #running: Promise<void> | undefined;

  /** `work` never throws. */
  constructor(work: () => Promise<void>) {
    this.#work = work;
  }

  /** Has the work done, now or once more. */
  ask(): void {
    this.#asked = true;
    this.#running ??= this.#run();
  }

  /** Resolves when nothing is being done. */
  async done(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#asked) {
      this.#asked = false;
      await this.#work();
    }
    // Here and not when the promise is seen to be fulfilled: who asked in between would be forgotten.
    this.#running = undefined;
  }
}
