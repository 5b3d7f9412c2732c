import type { Action } from '../console.ts';
import type { Arguments } from '../dell/parameters.ts';
import type { Shell } from './shell.ts';
import { logTime } from './time.ts';
import { LOCKED } from './wording.ts';

/** How the firmware asks before it overwrites the startup configuration: the older way, or the newer one. */
export type SaveQuestion = 'press any key' | 'Y/N';

/**
 * `copy running-config startup-config`, `write`. One keystroke answers, and every key but Y is no. The older firmware does not
 * show it, and goes on in the line of its question (capture of kin); the newer one does without the last line.
 */
export function save(form: SaveQuestion): Action<Shell, Arguments> {
  return () => async (talk) => {
    const isOlder = form === 'press any key';
    const question = isOlder
      ? 'Overwrite file [startup-config] ?[Yes/press any key for no]....'
      : 'Overwrite file [startup-config].... (Y/N)[N] ?';
    const key = await talk.ask(question, { key: true, echo: isOlder ? 'nothing' : 'plain' });
    if (!isOlder) talk.print('\n');
    if (key.toLowerCase() !== 'y') return talk.print(isOlder ? '\n' : '');
    const saved = talk.save();
    if (saved === null) return talk.print(`${isOlder ? '\n' : ''}${LOCKED}`);
    talk.print(
      `${logTime(new Date())} %COPY-I-FILECPY: Files Copy - source URL running-config destination URL flash://startup-config\n`,
    );
    await saved;
    talk.print(`${logTime(new Date())} %COPY-N-TRAP: The copy operation was completed successfully\n`);
    talk.print(isOlder ? 'Copy succeeded\n' : '\n');
  };
}
