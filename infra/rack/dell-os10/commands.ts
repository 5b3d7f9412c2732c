import { command, type Rule } from '../command-grammar.ts';
import { type Action as ConsoleAction, silently } from '../console.ts';
import { type Arguments, lineUpTo, numberBetween } from '../switchport/parameters.ts';
import { DEFAULT_VLAN, deleteVlan, freshPort, freshVlan, type VlanConfiguration } from './configuration.ts';
import { interfaceCommands, type UnsetAccess } from './interface-commands.ts';
import { portOf, portRange, vlan, vlanInterface, vlanRange } from './parameters.ts';
import { save } from './save.ts';
import type { Shell } from './shell.ts';
import { showMacAddressTable, showRunning, showRunningInterfaces, showVersion, showVlan } from './show.ts';
import { showInterfaces, showStatus } from './show-ports.ts';
import { DEFAULT_VLAN_STAYS, ILLEGAL, noSuchVlan } from './wording.ts';

const LONGEST_TEXT = 240;

type Action = ConsoleAction<Shell, Arguments>;
type Rules = readonly Rule<Arguments, Action>[];

/** What differs from one OS10 switch to the next, by firmware and settings. */
export interface Variety {
  readonly ports: readonly string[];
  /** Where `no switchport access vlan` leaves untagged frames. */
  readonly unsetAccess: UnsetAccess;
  /** Whether `default interface` wants to be confirmed. */
  readonly confirmDefault: boolean;
  /** Whether `copy` says that it is done. */
  readonly saysCopied: boolean;
}

/** Known in every mode, and in configuration modes behind `do` too. */
function showCommands(ports: readonly string[]): Rules {
  const port = portOf(ports);
  const named = ({ interfaces }: Arguments) => (interfaces.length > 0 ? interfaces : ports);
  const status: Action = ({ configuration }, given) => showStatus(configuration, named(given));
  const running = 'show running-configuration';
  return [
    command(status, 'show interface status'),
    command(status, 'show interface', port, 'status'),
    command(({ configuration }, given) => showInterfaces(configuration, named(given)), 'show interface'),
    command(({ configuration }, { interfaces }) => showInterfaces(configuration, interfaces), 'show interface', port),
    command(() => showMacAddressTable(), 'show mac address-table'),
    command(({ configuration, device }) => showRunning(configuration, device.hostname), running),
    command(({ configuration }) => showRunningInterfaces(configuration, { interfaces: ports }), `${running} interface`),
    command(
      ({ configuration }, { interfaces }) => showRunningInterfaces(configuration, { interfaces }),
      `${running} interface`,
      port,
    ),
    command(showRunningVlan, `${running} interface`, vlanInterface),
    command(({ configuration }) => showVlan(configuration), 'show vlan'),
    command(
      ({ configuration }, { vlans: [id = DEFAULT_VLAN] }) =>
        configuration.vlans[id] === undefined ? `${noSuchVlan(id)}\n` : showVlan(configuration, [id]),
      'show vlan',
      vlan,
    ),
    command(({ device }) => showVersion(Date.now() - device.started.getTime()), 'show version'),
  ];
}

const showRunningVlan: Action = ({ configuration }, { vlans }) =>
  vlans.some((id) => configuration.vlans[id] === undefined) ? '' : showRunningInterfaces(configuration, { vlans });

function execCommands({ saysCopied }: Variety): Rules {
  return [
    command(() => save(saysCopied ? 'Copy completed\n' : ''), 'copy running-configuration startup-configuration'),
    command(() => save(''), 'write memory'),
    // Ansible's modules always end with this; outside a transaction it has nothing to do.
    command(() => '', 'commit'),
    command(
      silently((shell, { number }) => (shell.length = number)),
      'terminal length',
      numberBetween(0, 512, ILLEGAL),
    ),
    command(
      silently((shell, { number }) => (shell.width = number)),
      'terminal width',
      numberBetween(24, 512, ILLEGAL),
    ),
  ];
}

/** Known in every configuration mode; what is typed in a sub-mode leaves it. */
function configCommands({ ports, confirmDefault }: Variety): Rules {
  const port = portOf(ports);
  const range = portRange(ports);
  const reset = (shell: Shell, { interfaces }: Arguments) =>
    shell.change((configuration) => {
      for (const name of interfaces) configuration.ports[name] = freshPort();
    });
  const resetInterfaces: Action = confirmDefault
    ? (shell, given) => async (talk) => {
        const answer = await talk.ask('Proceed to cleanup the interface config? [confirm yes/no]:');
        if (/^y(es)?$/i.test(answer.trim())) reset(shell, given);
      }
    : silently(reset);
  return [
    command(
      silently((shell, { interfaces }) => shell.enter({ kind: 'interface', interfaces, range: null })),
      'interface',
      port,
    ),
    command(
      silently((shell, { interfaces, text }) => shell.enter({ kind: 'interface', interfaces, range: text })),
      'interface range',
      range,
    ),
    command(createVlans(false), 'interface', vlanInterface),
    command(createVlans(true), 'interface range', vlanRange),
    command(removeVlan, 'no interface', vlanInterface),
    command(resetInterfaces, 'default interface', port),
    command(resetInterfaces, 'default interface range', range),
    command(
      silently((shell) => shell.enter({ kind: 'exec' })),
      'end',
    ),
    command(
      silently((shell) => shell.enter({ kind: shell.mode.kind === 'config' ? 'exec' : 'config' })),
      'exit',
    ),
    command(showHere, 'show configuration'),
  ];
}

function createVlans(isRange: boolean): Action {
  return silently((shell, { vlans, text }) => {
    shell.change((configuration) => {
      for (const id of vlans) configuration.vlans[id] ??= freshVlan();
    });
    shell.enter({ kind: 'vlan', vlans, range: isRange ? text : null });
  });
}

/** Deleting a VLAN that is not there is no error; nobody says that it is. */
const removeVlan: Action = (shell, { vlans: [id = DEFAULT_VLAN] }) => {
  if (id === DEFAULT_VLAN) return `${DEFAULT_VLAN_STAYS}\n`;
  shell.change((configuration) => deleteVlan(configuration, id));
  shell.enter({ kind: 'config' });
  return '';
};

const showHere: Action = ({ configuration, mode, device }) => {
  if (mode.kind === 'interface') return showRunningInterfaces(configuration, { interfaces: mode.interfaces });
  if (mode.kind === 'vlan') return showRunningInterfaces(configuration, { vlans: mode.vlans });
  return showRunning(configuration, device.hostname);
};

function vlanCommands(): Rules {
  const onVlans = (edit: (text: string) => Partial<VlanConfiguration>): Action =>
    silently((shell, { text }) => {
      const { mode } = shell;
      if (mode.kind !== 'vlan') return;
      shell.change(({ vlans }) => {
        for (const id of mode.vlans) Object.assign(vlans[id] ?? {}, edit(text.replace(/^"(.*)"$/, '$1')));
      });
    });
  const words = lineUpTo(LONGEST_TEXT, ILLEGAL);
  return [
    command(
      onVlans((description) => ({ description })),
      'description',
      words,
    ),
    command(
      onVlans(() => ({ description: '' })),
      'no description',
    ),
    command(
      onVlans((name) => ({ name })),
      'vlan-name',
      words,
    ),
    command(
      onVlans(() => ({ name: '' })),
      'no vlan-name',
    ),
    command(
      onVlans(() => ({ shutdown: true })),
      'shutdown',
    ),
    command(
      onVlans(() => ({ shutdown: false })),
      'no shutdown',
    ),
  ];
}

/** The commands of such a switch that are known in each mode. */
export function os10Commands(variety: Variety): Record<Shell['mode']['kind'], Rules> {
  const show = showCommands(variety.ports);
  const exec = execCommands(variety);
  const behindDo = [...show, ...exec].map(({ words, run }) => ({ words: ['do', ...words], run }));
  const config = [...configCommands(variety), ...show, ...behindDo];
  const enterConfiguration = silently((shell: Shell) => shell.enter({ kind: 'config' }));
  const logOut = silently((shell: Shell) => (shell.loggedOut = true));
  return {
    exec: [
      ...show,
      ...exec,
      command(enterConfiguration, 'configure'),
      command(enterConfiguration, 'configure terminal'),
      command(logOut, 'exit'),
      command(() => '', 'end'),
    ],
    config,
    interface: [...config, ...interfaceCommands(variety.unsetAccess)],
    vlan: [...config, ...vlanCommands()],
  };
}
