import { command, type Rule } from '../command-grammar.ts';
import { type Action as ConsoleAction, silently } from '../console.ts';
import { type Arguments, numberBetween, vlanList, wordUpTo } from '../switchport/parameters.ts';
import { defaultVlanName } from '../switchport/switchport.ts';
import { FOREIGN_VLANS, freshPort } from './configuration.ts';
import { enable } from './enable.ts';
import { interfaceCommands } from './interface-commands.ts';
import { interfaceOf, rangeOf } from './interface-names.ts';
import { copy, write } from './save.ts';
import type { CatalystSetting, Shell } from './shell.ts';
import { showMacAddressTable, showRunning, showRunningInterface, showVersion, showVlan, showVlanBrief, showVtp } from './show.ts';
import { showStatus, showSwitchport, showTrunks } from './show-ports.ts';
import { badVlanList, WORDING } from './wording.ts';

const LONGEST_VLAN_NAME = 32;

/** What one command does. */
type Action = ConsoleAction<Shell, Arguments>;

/** What everybody may do. */
function userCommands(ports: readonly string[]): Rule<Arguments, Action>[] {
  const one = interfaceOf(ports);
  const named = ({ interfaces }: Arguments) => (interfaces.length > 0 ? interfaces : ports);
  const switchport: Action = (shell, given) => showSwitchport(shell.configuration, named(given), shell.setting);
  const status: Action = (shell, given) => showStatus(shell.configuration, named(given));
  const trunks: Action = (shell, given) => showTrunks(shell.configuration, named(given));
  const size = (set: (shell: Shell, number: number) => void) =>
    silently((shell: Shell, { number }: Arguments) => set(shell, number));
  const columns = numberBetween(0, 512, WORDING.invalid);
  return [
    command(logOut, 'exit'),
    command(logOut, 'logout'),
    command(logOut, 'quit'),
    command(switchport, 'show interfaces switchport'),
    command(switchport, 'show interfaces', one, 'switchport'),
    command(status, 'show interfaces status'),
    command(status, 'show interfaces', one, 'status'),
    command(trunks, 'show interfaces trunk'),
    command(trunks, 'show interfaces', one, 'trunk'),
    command(() => showMacAddressTable(), 'show mac address-table'),
    command(() => showMacAddressTable(), 'show mac-address-table'),
    command(({ device }) => showVersion(device.hostname, ports.length, Date.now() - device.started.getTime()), 'show version'),
    command((shell) => showVlan(shell.configuration, []), 'show vlan'),
    command((shell) => showVlanBrief(shell.configuration), 'show vlan brief'),
    command((shell, { vlans }) => showVlan(shell.configuration, vlans), 'show vlan id', vlanList(badVlanList)),
    command((shell) => showVtp(shell.configuration, shell.setting), 'show vtp status'),
    command(
      size((shell, number) => (shell.length = number)),
      'terminal length',
      columns,
    ),
    command(
      size((shell, number) => (shell.width = number === 0 ? Number.POSITIVE_INFINITY : number)),
      'terminal width',
      columns,
    ),
    command(() => '', 'terminal monitor'),
    command(() => '', 'terminal no monitor'),
  ];
}

function execCommands(ports: readonly string[]): Rule<Arguments, Action>[] {
  return [
    ...userCommands(ports),
    command(() => '', 'enable'),
    command(
      silently((shell) => shell.enter({ kind: 'user' })),
      'disable',
    ),
    command(configureFrom, 'configure'),
    command(enterConfiguration, 'configure terminal'),
    command(() => copy, 'copy running-config startup-config'),
    command(() => write, 'write'),
    command(() => write, 'write memory'),
    command((shell) => showRunning(shell.configuration, identity(shell), shell.setting), 'show running-config'),
    command(
      (shell, { text }) => showRunningInterface(shell.configuration, text),
      'show running-config interface',
      interfaceOf(ports),
    ),
  ];
}

function configCommands(ports: readonly string[]): Rule<Arguments, Action>[] {
  const list = vlanList(badVlanList);
  return [
    command((shell) => shell.enter({ kind: 'exec' }), 'end'),
    command((shell) => shell.enter({ kind: shell.mode.kind === 'config' ? 'exec' : 'config' }), 'exit'),
    command(
      (shell, { interfaces }) => shell.enter({ kind: 'interface', interfaces, isRange: false }),
      'interface',
      interfaceOf(ports),
    ),
    command(
      (shell, { interfaces }) => shell.enter({ kind: 'interface', interfaces, isRange: true }),
      'interface range',
      rangeOf(ports),
    ),
    command(resetInterfaces, 'default interface', interfaceOf(ports)),
    command(resetInterfaces, 'default interface range', rangeOf(ports)),
    command((shell, { vlans }) => shell.enter({ kind: 'vlan', vlans, name: null, real: !shell.lying }), 'vlan', list),
    command(deleteVlans, 'no vlan', list),
  ];
}

function vlanCommands(): Rule<Arguments, Action>[] {
  return [
    command((shell, { text }) => nameVlan(shell, () => text), 'name', wordUpTo(LONGEST_VLAN_NAME, WORDING.invalid)),
    command((shell) => nameVlan(shell, defaultVlanName), 'no name'),
  ];
}

/** The commands of one model of Catalyst with these ports in each mode. Global commands leave a sub-mode; exec commands need `do` there. */
export function iosCommands(
  ports: readonly string[],
  setting: CatalystSetting,
): Record<Shell['mode']['kind'], readonly Rule<Arguments, Action>[]> {
  const config = configCommands(ports);
  return {
    user: [...userCommands(ports), command(enable, 'enable')],
    exec: execCommands(ports),
    config,
    interface: [...config, ...interfaceCommands(setting)],
    vlan: [...config, ...vlanCommands()],
  };
}

const logOut = silently((shell: Shell) => {
  shell.loggedOut = true;
});

const enterConfiguration: Action = (shell) => {
  shell.enter({ kind: 'config' });
  return 'Enter configuration commands, one per line.  End with CNTL/Z.\n';
};

const configureFrom: Action = (shell) => async (talk) => {
  const source = (await talk.ask('Configuring from terminal, memory, or network [terminal]? ')).trim();
  const isTerminal = 'terminal'.startsWith(source.toLowerCase());
  if (!isTerminal) return talk.print(`?Must be "terminal", "memory" or "network"\n`);
  shell.enter({ kind: 'config' });
  talk.print('Enter configuration commands, one per line.  End with CNTL/Z.\n');
};

const resetInterfaces: Action = (shell, { interfaces }) => {
  const left = shell.enter({ kind: 'config' });
  shell.change(({ ports }) => {
    for (const name of interfaces) ports[name] = freshPort();
  });
  return left + interfaces.map((name) => `Interface ${name} set to default configuration\n`).join('');
};

const deleteVlans: Action = (shell, given) => {
  const left = shell.enter({ kind: 'config' });
  const kept = given.vlans.find((vlan) => vlan === 1 || vlan in FOREIGN_VLANS);
  if (kept !== undefined) return `${left}%Default VLAN ${kept} may not be deleted.\n`;
  shell.change(({ vlans }) => {
    for (const vlan of given.vlans) delete vlans[vlan];
  });
  return left;
};

function nameVlan(shell: Shell, nameOf: (vlan: number) => string): string {
  const { mode } = shell;
  if (mode.kind !== 'vlan') return '';
  const [first = 1, ...more] = mode.vlans;
  if (first === 1 || first in FOREIGN_VLANS) return `%Default VLAN ${first} may not have its name changed.\n`;
  if (more.length > 0) return 'Command rejected: the name of a range of VLANs can not be set.\n';
  if (!shell.lying) shell.mode = { ...mode, name: nameOf(first) };
  return '';
}

function identity({ device, username }: Shell): { readonly hostname: string; readonly username: string } {
  return { hostname: device.hostname, username };
}
