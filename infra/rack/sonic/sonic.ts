import type { CommandResult } from '../command-service.ts';
import type { DeviceSession } from '../device-session.ts';
import { commandNotFound, runCommandLine, succeeded } from '../linux/command-line.ts';
import { SaveQueue } from '../linux/save-queue.ts';
import { takeSudo } from '../linux/sudo.ts';
import type { SimulatedSwitch } from '../simulated-switch.ts';
import { type SwitchOptions, startSwitch } from '../switch-simulator.ts';
import { findCommand, usageError } from './click.ts';
import { configCommands } from './config-commands.ts';
import { configDb, toJson } from './config-db.ts';
import { type Configuration, type Factory, sonicConfiguration } from './configuration.ts';
import type { BriefColumns } from './show.ts';
import { showCommands } from './show-commands.ts';

/** What a simulated SONiC switch is made of; its ports are named `Ethernet0`, `Ethernet4`, ... */
export interface SonicOptions extends SwitchOptions {
  /** Whether it is of a release in which ports have a mode: `config switchport mode`. False by default. */
  readonly switchportMode?: boolean;
  /** What its configuration was generated for; `empty`, ports that an administrator has taken their addresses from, by default. */
  readonly factory?: Factory;
  /** Whether `sudo` wants a password, which a command without a terminal cannot give. False by default. */
  readonly sudoPassword?: boolean;
  /** What `show vlan brief` shows besides. */
  readonly briefColumns?: BriefColumns;
}

/**
 * Starts a simulated switch with SONiC (community releases 202205 to 202411), as `startSwitch` does: commands over SSH, each with an
 * exit code.
 */
export function startSonic(options: SonicOptions): Promise<SimulatedSwitch> {
  const { switchportMode = false, factory = 'empty', sudoPassword = false, briefColumns = 'dhcp' } = options;
  const config = configCommands(switchportMode, new SaveQueue());
  const show = showCommands(switchportMode, briefColumns);

  async function runConfig(session: DeviceSession<Configuration>, words: readonly string[]): Promise<CommandResult> {
    const invocation = findCommand('config', config, words);
    if ('code' in invocation) return invocation;
    const left = await invocation.command.run(session, invocation.given);
    return typeof left === 'string' ? usageError('config', invocation.command, left) : left;
  }

  function runShow(session: DeviceSession<Configuration>, words: readonly string[]): CommandResult {
    const invocation = findCommand('show', show, words);
    if ('code' in invocation) return invocation;
    return succeeded(invocation.command.run(session, invocation.given));
  }

  function run(session: DeviceSession<Configuration>, line: readonly string[]): Promise<CommandResult> | CommandResult {
    const privileged = takeSudo(line, sudoPassword);
    if ('code' in privileged) return privileged;
    const [program = '', ...words] = privileged.words;
    if (program === 'show') return runShow(session, words);
    if (program === 'sonic-cfggen') return runCfggen(session, words);
    if (program !== 'config') return commandNotFound(program);
    return privileged.root
      ? runConfig(session, words)
      : { stdout: '', stderr: 'Root privileges are required for this operation\n', code: 1 };
  }

  return startSwitch(
    {
      type: 'sonic',
      portName: { pattern: /^Ethernet\d{1,3}$/, example: 'Ethernet0' },
      // sshd of Debian takes ten at a time that have not logged in yet.
      sessions: 10,
      model: sonicConfiguration({ factory, switchportMode }),
      commands: {
        run: (session, line) => runCommandLine(line, (words) => run(session, words)),
        refusal: (line) => refusal(line),
        warning: ({ hostname }) => `sudo: unable to resolve host ${hostname}: Name or service not known`,
      },
    },
    options,
  );
}

/** `sonic-cfggen -d --var-json TABLE` and `--print-data`. Of a table without entries it prints nothing at all. */
function runCfggen({ configuration, device }: DeviceSession<Configuration>, words: readonly string[]): CommandResult {
  const [from, what, name] = words;
  const tables = configDb(configuration, device.hostname);
  if (from === '-d' && what === '--print-data' && words.length === 2) return succeeded(toJson(tables));
  if (from === '-d' && what === '--var-json' && name !== undefined && words.length === 3) {
    const table = tables[name];
    return succeeded(table === undefined ? '' : toJson(table));
  }
  const usage = 'usage: sonic-cfggen [-h] [-d] [--var-json VAR_JSON] [--print-data]';
  return { stdout: '', stderr: `${usage}\nsonic-cfggen: error: unrecognized arguments: ${words.join(' ')}\n`, code: 2 };
}

/** What Click says of a command that is not there. */
function refusal(line: string): CommandResult {
  const [program = '', word = ''] = line.replace(/^sudo /, '').split(' ');
  const usage = `Usage: ${program} [OPTIONS] COMMAND [ARGS]...\nTry "${program} -h" for help.\n\n`;
  return { stdout: '', stderr: `${usage}Error: No such command "${word}".\n`, code: 2 };
}
