import { command, type Rule } from '../command-grammar.ts';
import type { Action as ConsoleAction } from '../console.ts';
import { type Arguments, vlanList } from '../switchport/parameters.ts';
import { interfacesOf } from './interface-names.ts';
import { sessionsAsData, showSessions } from './session-commands.ts';
import type { Shell } from './shell.ts';
import {
  showConfiguration,
  showDifferences,
  showMacAddressTable,
  showRunningInterfaces,
  showVersion,
  showVlan,
  versionAsData,
  vlansAsData,
} from './show.ts';
import { showStatus, showSwitchport, statusAsData, switchportAsData } from './show-ports.ts';
import { badVlanList, WORDING } from './wording.ts';

type Action = ConsoleAction<Shell, Arguments>;

/** What everybody may see. In a configuration session, too, it is of the running configuration. */
export function showCommands(ports: readonly string[]): Rule<Arguments, Action>[] {
  const list = vlanList(badVlanList);
  const vlans: Action = (shell, given) => showVlan(shell.configuration, given.vlans);
  return [
    ...ofPorts(ports, 'switchport', (shell, { interfaces }) => showSwitchport(shell.configuration, interfaces)),
    ...ofPorts(ports, 'status', (shell, { interfaces }) => showStatus(shell.configuration, interfaces)),
    command(() => showMacAddressTable(), 'show mac address-table'),
    command((shell) => showVersion(uptime(shell)), 'show version'),
    command(vlans, 'show vlan'),
    command(vlans, 'show vlan brief'),
    command(vlans, 'show vlan', list),
    command(vlans, 'show vlan id', list),
    command((shell) => showVlan(shell.configuration, [], true), 'show vlan configured-ports'),
  ];
}

/** What is to be seen only behind `enable`. */
export function privilegedShowCommands(ports: readonly string[]): Rule<Arguments, Action>[] {
  return [
    command((shell) => showConfiguration(shell.configuration, 'show running-config', identity(shell)), 'show running-config'),
    command(
      (shell, { interfaces }) => showRunningInterfaces(shell.configuration, interfaces),
      'show running-config interfaces',
      interfacesOf(ports),
    ),
    command(showSessions, 'show configuration sessions'),
    command(showSessions, 'show configuration sessions detail'),
    command(inSession(showCandidate), 'show session-configuration'),
    command(
      inSession((shell) => (shell.session === null ? '' : showDifferences(shell.configuration, shell.session))),
      'show session-configuration diffs',
    ),
  ];
}

/** The commands that `| json` shows as data. */
export function dataCommands(ports: readonly string[]): Rule<Arguments, Action>[] {
  const data = (of: (shell: Shell, given: Arguments) => object): Action => {
    return (shell, given) => `${JSON.stringify(of(shell, given), null, 4)}\n`;
  };
  const vlans = data((shell, given) => vlansAsData(shell.configuration, given.vlans));
  const sessions = data(sessionsAsData);
  return [
    ...ofPorts(
      ports,
      'switchport',
      data((shell, { interfaces }) => switchportAsData(shell.configuration, interfaces)),
    ),
    ...ofPorts(
      ports,
      'status',
      data((shell, { interfaces }) => statusAsData(shell.configuration, interfaces)),
    ),
    command(
      data((shell) => versionAsData(uptime(shell))),
      'show version',
    ),
    command(vlans, 'show vlan'),
    command(vlans, 'show vlan brief'),
    command(vlans, 'show vlan', vlanList(badVlanList)),
    command(sessions, 'show configuration sessions'),
    command(sessions, 'show configuration sessions detail'),
  ];
}

function ofPorts(ports: readonly string[], word: string, show: Action): Rule<Arguments, Action>[] {
  return [command(show, `show interfaces ${word}`), command(show, 'show interfaces', interfacesOf(ports), word)];
}

function inSession(show: (shell: Shell) => string): Action {
  return (shell) => (shell.session === null ? `${WORDING.invalid}\n` : show(shell));
}

function showCandidate(shell: Shell): string {
  return showConfiguration(shell.edited, 'show session-configuration', identity(shell));
}

function uptime({ device }: Shell): number {
  return Date.now() - device.started.getTime();
}

function identity({ device, username }: Shell): { readonly hostname: string; readonly username: string } {
  return { hostname: device.hostname, username };
}
