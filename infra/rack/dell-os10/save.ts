import type { Conversation } from '../console.ts';
import { SAVE_UNDER_WAY } from './wording.ts';

/** `write memory` and `copy running-configuration startup-configuration`, which ask nothing. `done` is what is printed in the end. */
export function save(done: string): Conversation {
  return async (talk) => {
    const saved = talk.save();
    if (saved === null) return talk.print(`${SAVE_UNDER_WAY}\n`);
    await saved;
    talk.print(done);
  };
}
