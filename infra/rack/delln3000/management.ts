import type { Action, Interpretation } from '../console.ts';
import type { Arguments } from '../dell/parameters.ts';
import type { Shell } from './shell.ts';
import { refusal } from './wording.ts';

type Understand = (shell: Shell, line: string) => Interpretation;

/** The management side of one switch, which stands still while the configuration is written to flash. */
export class Management {
  #busy: Promise<void> | null = null;

  /**
   * `copy running-config startup-config`. One keystroke answers, and every key but Y is no (fake-switches). The configuration is
   * safe when the answer says so.
   */
  readonly save: Action<Shell, Arguments> = (shell) => async (talk) => {
    talk.print('\nThis operation may take a few minutes.\nManagement interfaces will not be available during this time.\n\n');
    const key = await talk.ask('Are you sure you want to save? (y/n) ', { key: true });
    talk.print('\n\n');
    if (key.toLowerCase() !== 'y') return talk.print('Configuration Not Saved!\n');
    if (shell.device.saving) await this.#busy;
    const saved = shell.save();
    if (saved === null) return talk.print('Configuration Not Saved!\n');
    this.#busy = saved.finally(() => {
      this.#busy = null;
    });
    await this.#busy;
    talk.print('Configuration Saved!\n');
  };

  /** The same understanding, but for lines typed in any session while the switch is busy, which have to wait. */
  waiting(understand: Understand): Understand {
    return (shell, line) => {
      const meaning = understand(shell, line);
      const busy = this.#busy;
      // A reboot ends the saving before the promise does.
      if (busy === null || !shell.device.saving || meaning === 'blank') return meaning;
      return () => async (talk) => {
        await busy;
        if (typeof meaning !== 'function') return talk.print(refusal(shell, meaning));
        const output = meaning();
        if (typeof output === 'string') talk.print(output);
        else await output(talk);
      };
    };
  }
}
