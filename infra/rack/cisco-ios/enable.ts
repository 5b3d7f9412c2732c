import type { Action } from '../console.ts';
import type { Shell } from './shell.ts';

const TRIES = 3;

/** `enable`: asks for the password, if there is one, and again after a wrong one. */
export const enable: Action<Shell, object> = (shell) => async (talk) => {
  const { enablePassword } = shell.setting;
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const isRight = enablePassword === undefined || (await talk.ask('Password: ', { echo: 'nothing' })) === enablePassword;
    if (isRight) {
      shell.mode = { kind: 'exec' };
      return;
    }
  }
  talk.print('% Bad secrets\n\n');
};
