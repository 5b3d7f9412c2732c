/** What can be saved, as a session of a switch can. */
interface Savable {
  save(): Promise<void> | null;
}

/** Saves one after the other: on a Linux switch a save is a file that is written, and two at once are no mistake. */
export class SaveQueue {
  #last: Promise<void> = Promise.resolve();

  /** Resolves when the configuration of the moment the saves before it ended is on disk. */
  save(session: Savable): Promise<void> {
    this.#last = this.#last.then(async () => {
      await session.save();
    });
    return this.#last;
  }
}
