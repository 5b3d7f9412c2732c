import { commandNotFound, runCommandLine } from '../linux/command-line.ts';
import { SaveQueue } from '../linux/save-queue.ts';
import { takeSudo } from '../linux/sudo.ts';
import type { SimulatedSwitch } from '../simulated-switch.ts';
import { type SwitchOptions, startSwitch } from '../switch-simulator.ts';
import { cumulusConfiguration, type Factory } from './configuration.ts';
import { failed, runNv } from './nv.ts';

/** What a simulated switch with Cumulus Linux is made of; its ports are named `swp1`, `swp2`, ... */
export interface CumulusOptions extends SwitchOptions {
  /** Whether applying saves too, as from 5.9 on. False by default. */
  readonly autoSave?: boolean;
  /** How the switch comes: no port configured (the default), or all of them in the bridge. */
  readonly factory?: Factory;
  /** Whether `sudo` wants a password, which a command without a terminal cannot give. False by default. */
  readonly sudoPassword?: boolean;
}

/**
 * Starts a simulated switch with Cumulus Linux 5 and NVUE, as `startSwitch` does: commands over SSH, each with an exit code. What is
 * pending lives as long as the process, and no longer than until the next boot.
 */
export function startCumulus(options: CumulusOptions): Promise<SimulatedSwitch> {
  const { autoSave = false, factory = 'unset', sudoPassword = false } = options;
  const saves = new SaveQueue();
  return startSwitch(
    {
      type: 'cumulus',
      portName: { pattern: /^swp\d{1,3}$/, example: 'swp1' },
      sessions: 10,
      model: cumulusConfiguration(factory),
      commands: {
        run: (session, line) =>
          runCommandLine(line, (words) => {
            const privileged = takeSudo(words, sudoPassword);
            if ('code' in privileged) return privileged;
            const [program = '', ...rest] = privileged.words;
            // Revisions belong to users, and with sudo the user is another.
            const user = privileged.root ? 'root' : session.username;
            return program === 'nv' ? runNv(rest, { session, user, autoSave, saves }) : commandNotFound(program);
          }),
        refusal: (line) => failed(`Error: Invalid parameter: ${line}`),
        warning: () => 'bash: warning: setlocale: LC_ALL: cannot change locale (en_GB.UTF-8)',
      },
    },
    options,
  );
}
