import { secretsOf } from '../../db/devices/access.ts';
import type { SwitchSettings } from '../../db/devices/family.ts';
import { LOCALHOST } from '../../db/devices/registration.ts';
import { DeviceError } from '../device-error.ts';
import { localRunner, type Runner, type RunnerOptions, sshRunner } from '../sessions/runner.ts';
import { quote } from '../sessions/screen.ts';
import { openSsh } from '../sessions/ssh.ts';
import type { Timeouts } from '../sessions/timeouts.ts';
import { dial } from '../sessions/wire.ts';
import type { OpenSwitch, SwitchDriver } from './driver.ts';
import type { Exchange, PortFamily } from './port-family.ts';
import { PortSession, settingsOf, timeoutsOf } from './port-session.ts';

/** A command as its words. `mayFail`: whatever it says, and however it ends, is an answer. */
export type CommandStep = readonly string[] | { readonly argv: readonly string[]; readonly mayFail: true };

/** What the settings of every switch that takes commands hold. */
export type CommandSettings = SwitchSettings & {
  /** `local`: on the agent's own machine. */
  readonly transport: 'ssh' | 'local';
  readonly legacy_ssh: boolean;
};

/** One family of switches that is driven by commands with exit codes instead of a dialogue. */
export interface CommandFamily<Settings extends CommandSettings> extends PortFamily<Settings, CommandStep> {
  /** What tells a refusal in spite of exit code 0; anywhere in what the command printed. */
  readonly refusal?: RegExp;
  /** Whether what a changing command printed, with exit code 0 and not empty, is nothing to worry about. */
  readonly chatter: RegExp;
}

/** Makes a driver of a family's data. */
export function commandSwitch<Settings extends CommandSettings>(family: CommandFamily<Settings>): SwitchDriver {
  return {
    type: family.family.type,
    async open(target) {
      const settings = settingsOf(family, target);
      const timeouts = timeoutsOf(family, target);
      const { access, credentials, signal } = target;
      const options = { label: access.label, secrets: secretsOf(credentials), signal };
      // The agent's policy says by name which switches may be reached: no other name stands for this machine.
      if (settings.transport === 'local' && access.hostname !== LOCALHOST)
        throw new DeviceError('refused', `${access.label}: it is reached locally, but registered at ${access.hostname}`);
      const runner =
        settings.transport === 'local' ? localRunner(options) : await remoteRunner(target, settings, timeouts, options);
      return new PortSession({ family, settings, target, exchange: new CommandExchange(runner, family, timeouts, options) });
    },
  };
}

async function remoteRunner(
  target: OpenSwitch,
  settings: CommandSettings,
  timeouts: Timeouts,
  options: RunnerOptions,
): Promise<Runner> {
  const { access, credentials, hostKeys, signal } = target;
  const { label, hostname, port } = access;
  const socket = await dial({ label, hostname, port, timeout: timeouts.connect, signal });
  const client = await openSsh(socket, {
    label,
    address: `${hostname}:${port}`,
    credentials,
    legacy: settings.legacy_ssh,
    timeout: timeouts.login,
    signal,
    checkHostKey: (address, fingerprint) => hostKeys.check(address, fingerprint),
  });
  return sshRunner(client, options);
}

/** Steps run as commands. */
class CommandExchange<Settings extends CommandSettings> implements Exchange<CommandStep> {
  readonly #runner: Runner;
  readonly #family: CommandFamily<Settings>;
  readonly #timeouts: Timeouts;
  readonly #options: RunnerOptions;

  constructor(runner: Runner, family: CommandFamily<Settings>, timeouts: Timeouts, options: RunnerOptions) {
    this.#runner = runner;
    this.#family = family;
    this.#timeouts = timeouts;
    this.#options = options;
  }

  async ask(step: CommandStep, timeout = this.#timeouts.line): Promise<string> {
    const { argv, mayFail } = 'argv' in step ? step : { argv: step, mayFail: false };
    const { code, stdout, stderr } = await this.#runner.run(argv, timeout);
    const said = `${stdout}${stderr}`;
    if (mayFail) return said;
    // Each by itself: where one lacks its last line end, the other's first line would not begin a line.
    if (code !== 0 || [stdout, stderr].some((text) => this.#family.refusal?.test(text)))
      throw this.error('refused', `refused ${JSON.stringify(argv.join(' '))} (exit code ${code})`, said);
    return stdout;
  }

  async configure(steps: readonly CommandStep[]): Promise<void> {
    for (const step of steps) {
      const text = await this.ask(step);
      if ('argv' in step) continue;
      const strange = text.split('\n').some((line) => line.trim() !== '' && !this.#family.chatter.test(line));
      if (strange) throw this.error('unintelligible', `answered ${JSON.stringify(step.join(' '))} with something unknown`, text);
    }
  }

  error(fault: 'refused' | 'unintelligible', problem: string, said: string): DeviceError {
    const { label, secrets } = this.#options;
    return new DeviceError(fault, `${label} ${problem}; it said: ${quote(said, secrets)}`, { said });
  }

  async close(): Promise<void> {
    await this.#runner.close();
  }
}
