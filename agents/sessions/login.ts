import type { Credentials } from '../../db/devices/access.ts';
import { DeviceError } from '../device-error.ts';
import { Console, type ConsoleOptions } from './console.ts';
import type { Dialect } from './dialect.ts';
import { lastLine, overwrite } from './screen.ts';
import type { Wire } from './wire.ts';

/** Silence (ms) before a question of the login dialogue counts: banners hold `Last login: ` and look like prompts. */
const quiet = 30;

/**
 * Goes through the login dialogue of a device to its prompt, and settles the terminal there.
 * Throws `denied` when the device does not accept the credentials, otherwise `unreachable`; the wire is closed then.
 */
export async function logIn(wire: Wire, dialect: Dialect, options: ConsoleOptions, credentials: Credentials): Promise<Console> {
  const { username, password, enable_password = '' } = credentials;
  if (/[\x00-\x1f\x7f]/.test(username + password + enable_password)) {
    wire.destroy();
    throw new DeviceError(
      'denied',
      `${options.label}: its user name or password holds a control character, which no terminal can type`,
    );
  }
  const console = new Console(wire, dialect, options);
  try {
    await reachPrompt(console, dialect, options, credentials);
    const [first, ...more] = dialect.prepare;
    await console.learn(first, options.timeouts.login);
    for (const line of more) await console.line(line);
    return console;
  } catch (error) {
    wire.destroy();
    await console.close();
    if (!(error instanceof DeviceError) || error.fault === 'denied') throw error;
    // Whatever went wrong before the first command changed nothing.
    throw new DeviceError('unreachable', error.message, { cause: error });
  }
}

async function reachPrompt(console: Console, dialect: Dialect, options: ConsoleOptions, credentials: Credentials) {
  const { username, password, enable_password = '' } = credentials;
  const deadline = performance.now() + options.timeouts.login;
  const { elevate, acknowledge } = dialect;
  let passwordTyped = false;
  let elevating = false;
  for (;;) {
    const question = await console.see(deadline - performance.now(), 'while logging in', quiet, (screen) => {
      const last = overwrite(lastLine(screen));
      if (passwordTyped && dialect.denied.test(screen)) return 'denied';
      if (dialect.username.test(last)) return passwordTyped ? 'denied' : 'username';
      if (dialect.password.test(last)) return passwordTyped ? 'denied' : 'password';
      if (acknowledge?.question.test(last)) return 'acknowledge';
      if (elevate?.from.test(last)) return elevating ? 'denied' : 'elevate';
      return dialect.prompt.test(last) ? 'prompt' : undefined;
    });
    if (question === 'prompt') return;
    if (question === 'acknowledge' && acknowledge) {
      console.type(acknowledge.line);
      continue;
    }
    if (question === 'elevate' && elevate) {
      elevating = true;
      passwordTyped = false;
      console.type(elevate.line);
      continue;
    }
    if (question === 'denied' && elevating) {
      throw new DeviceError(
        'denied',
        `${options.label} gives this user no right to configure it: register it with the enable_password, or give the user the rights`,
      );
    }
    if (question === 'denied') {
      throw new DeviceError('denied', `${options.label} does not accept the user name and password that it is registered with`);
    }
    passwordTyped = question === 'password';
    console.type(question === 'username' ? username : elevating ? enable_password : password);
  }
}
