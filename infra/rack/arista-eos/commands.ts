import { command, type Rule } from '../command-grammar.ts';
import { type Action as ConsoleAction, type Conversation, silently } from '../console.ts';
import { type Arguments, numberBetween, vlanList, wordUpTo } from '../switchport/parameters.ts';
import { defaultVlanName } from '../switchport/switchport.ts';
import { type Configuration, freshPort } from './configuration.ts';
import { interfaceCommands } from './interface-commands.ts';
import { interfacesOf } from './interface-names.ts';
import { insideSessionCommands, sessionCommands } from './session-commands.ts';
import type { Mode, Shell } from './shell.ts';
import { privilegedShowCommands, showCommands } from './show-commands.ts';
import { badVlanList, WORDING } from './wording.ts';

const LONGEST_VLAN_NAME = 128;

const ENABLE_TRIES = 3;

type Action = ConsoleAction<Shell, Arguments>;

/** The commands of a switch with these ports in each mode. What `#` knows works below it too, and global commands leave a sub-mode. */
export function eosCommands(ports: readonly string[]): Record<Mode['kind'], readonly Rule<Arguments, Action>[]> {
  const anywhere = [...showCommands(ports), ...terminalCommands()];
  const privileged = [
    ...anywhere,
    ...privilegedShowCommands(ports),
    command(() => save, 'write'),
    command(() => save, 'write memory'),
    command(() => save, 'copy running-config startup-config'),
  ];
  const config = [...privileged, ...configCommands(ports), ...insideSessionCommands()];
  return {
    user: [...anywhere, ...logOutCommands(), command(enable, 'enable')],
    exec: [...privileged, ...logOutCommands(), ...execCommands(), ...sessionCommands()],
    config,
    interface: [...config, ...interfaceCommands()],
    vlan: [...config, ...vlanCommands()],
  };
}

function terminalCommands(): Rule<Arguments, Action>[] {
  return [
    command(
      (shell, { number }) => {
        shell.length = number;
        return number === 0 ? 'Pagination disabled.\n' : `Pagination set to ${number} lines.\n`;
      },
      'terminal length',
      numberBetween(0, 32_767, WORDING.invalid),
    ),
    command(
      (shell, { number }) => {
        shell.width = number;
        return `Width set to ${number} columns.\n`;
      },
      'terminal width',
      numberBetween(10, 32_767, WORDING.invalid),
    ),
    command(() => '', 'terminal monitor'),
  ];
}

function logOutCommands(): Rule<Arguments, Action>[] {
  const logOut = silently((shell: Shell) => {
    shell.loggedOut = true;
  });
  return [command(logOut, 'exit'), command(logOut, 'logout'), command(logOut, 'quit')];
}

function execCommands(): Rule<Arguments, Action>[] {
  const configure = silently((shell: Shell) => shell.enter({ kind: 'config' }));
  return [
    command(() => '', 'enable'),
    command(
      silently((shell) => shell.enter({ kind: 'user' })),
      'disable',
    ),
    command(configure, 'configure'),
    command(configure, 'configure terminal'),
  ];
}

function configCommands(ports: readonly string[]): Rule<Arguments, Action>[] {
  const list = vlanList(badVlanList);
  const exit = silently((shell: Shell) => shell.enter({ kind: shell.mode.kind === 'config' ? 'exec' : 'config' }));
  return [
    command(
      silently((shell) => shell.enter({ kind: 'exec' })),
      'end',
    ),
    command(exit, 'exit'),
    command(
      silently((shell, { interfaces, text }) => shell.enter({ kind: 'interface', interfaces, numbers: text })),
      'interface',
      interfacesOf(ports),
    ),
    command(resetInterfaces, 'default interface', interfacesOf(ports)),
    command(enterVlans, 'vlan', list),
    command(deleteVlans, 'no vlan', list),
  ];
}

function vlanCommands(): Rule<Arguments, Action>[] {
  return [
    command((shell, { text }) => nameVlans(shell, () => text), 'name', wordUpTo(LONGEST_VLAN_NAME, WORDING.invalid)),
    command((shell) => nameVlans(shell, defaultVlanName), 'no name'),
  ];
}

const enable: Action = (shell) => async (talk) => {
  const { enablePassword } = shell.setting;
  for (let attempt = 0; attempt < ENABLE_TRIES; attempt += 1) {
    const isRight = enablePassword === undefined || (await talk.ask('Password: ', { echo: 'nothing' })) === enablePassword;
    if (isRight) return shell.enter({ kind: 'exec' });
  }
  talk.print('% Bad secret\n\n');
};

/** Writes the startup configuration; asks nothing. */
const save: Conversation = async (talk) => {
  const saved = talk.save();
  if (saved === null)
    return talk.print('% Error copying system:/running-config to flash:/startup-config (Device or resource busy)\n');
  await saved;
  talk.print('Copy completed successfully.\n');
};

const resetInterfaces: Action = (shell, { interfaces }) => {
  shell.enter({ kind: 'config' });
  shell.change(({ ports }) => {
    for (const name of interfaces) ports[name] = freshPort();
  });
  return '';
};

/** A VLAN is there as soon as its mode is entered. */
const enterVlans: Action = (shell, { vlans: given, text }) => {
  shell.enter({ kind: 'vlan', vlans: given, list: text });
  shell.change(({ vlans }) => {
    for (const vlan of given) vlans[vlan] ??= defaultVlanName(vlan);
  });
  return '';
};

const deleteVlans: Action = (shell, { vlans: given }) => {
  shell.enter({ kind: 'config' });
  if (given.includes(1)) return '% Default VLAN 1 cannot be deleted\n';
  shell.change((configuration: Configuration) => {
    for (const vlan of given) delete configuration.vlans[vlan];
  });
  return '';
};

function nameVlans(shell: Shell, nameOf: (vlan: number) => string): string {
  const { mode } = shell;
  if (mode.kind !== 'vlan') return '';
  shell.change(({ vlans }) => {
    for (const vlan of mode.vlans) vlans[vlan] = nameOf(vlan);
  });
  return '';
}
