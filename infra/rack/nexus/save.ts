import type { Conversation } from '../console.ts';

const PROGRESS_WIDTH = 40;

/** `copy running-config startup-config`: a progress bar, and then the write to disk, which only the prompt says is over. */
export const save: Conversation = async (talk) => {
  const saved = talk.save();
  if (saved === null) return talk.print('Configuration update aborted: another copy is in progress\n');
  for (const percent of [2, 35, 71, 100]) {
    const done = '#'.repeat(Math.round((percent / 100) * PROGRESS_WIDTH)).padEnd(PROGRESS_WIDTH);
    talk.print(`${percent > 2 ? '\r' : ''}[${done}] ${String(percent).padStart(3)}%`);
  }
  talk.print('\nCopy complete, now saving to disk (please wait)...\n');
  await saved;
};
