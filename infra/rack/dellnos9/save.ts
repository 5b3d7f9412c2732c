import type { Action, Talk } from '../console.ts';
import type { Arguments } from '../dell/parameters.ts';
import type { Shell } from './shell.ts';

/** The flash of one switch. Who wants to write to it while somebody else does has to wait. */
export class Flash {
  #writing: Promise<void> | null = null;

  /** `write memory`, which asks nothing. */
  readonly write: Action<Shell, Arguments> = (shell) => async (talk) => {
    talk.print('!\n');
    await this.#save(shell);
  };

  /** `copy running-config startup-config`. The reply is a word, and only `yes` means it (netmiko, dell_force10). */
  readonly copy: Action<Shell, Arguments> = (shell) => async (talk: Talk) => {
    talk.print('File with same name already exist.\n');
    const reply = await talk.ask('Proceed to copy the file [confirm yes/no]: ');
    if (reply.trim().toLowerCase() !== 'yes') return;
    await this.#save(shell);
    talk.print(`!\n${JSON.stringify(shell.configuration).length} bytes successfully copied\n`);
  };

  async #save(shell: Shell): Promise<void> {
    for (;;) {
      const saved = shell.save();
      if (saved === null) {
        // A save that a reboot ended is waited for no longer.
        if (this.#writing === null) return;
        await this.#writing;
        continue;
      }
      this.#writing = saved.finally(() => {
        this.#writing = null;
      });
      return this.#writing;
    }
  }
}
