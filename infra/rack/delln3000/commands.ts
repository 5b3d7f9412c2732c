import { command, type Rule } from '../command-grammar.ts';
import { type Action as ConsoleAction, silently } from '../console.ts';
import { type Arguments, numberBetween, portOf, portRange, textUpTo, vlan, vlanList } from '../dell/parameters.ts';
import { type Configuration, defaultVlanName, deleteVlans, PORT_TYPES } from './configuration.ts';
import { interfaceCommands } from './interface-commands.ts';
import type { Management } from './management.ts';
import type { Shell } from './shell.ts';
import { showMacAddressTable, showRunning, showRunningInterface, showVersion, showVlan } from './show.ts';
import { showDescriptions, showStatus, showSwitchport } from './show-ports.ts';
import { INVALID_INTERFACE, VLAN_WORDING } from './wording.ts';

const LONGEST_VLAN_NAME = 32;

type Action = ConsoleAction<Shell, Arguments>;
type Rules = readonly Rule<Arguments, Action>[];

/** What differs from one N3000 to the next, by firmware and settings. */
export interface Variety {
  readonly ports: readonly string[];
  readonly enablePassword: string | undefined;
  readonly trunkModeFirst: boolean;
  readonly management: Management;
}

const vlans = vlanList(VLAN_WORDING);

function showCommands(ports: readonly string[]): Rules {
  const port = portOf(ports, PORT_TYPES, INVALID_INTERFACE);
  const perPort = (
    show: (configuration: Configuration, interfaces: readonly string[]) => string,
    words: string,
  ): Rule<Arguments, Action>[] => [
    command(({ configuration }) => show(configuration, ports), words),
    command(({ configuration }, { interfaces }) => show(configuration, interfaces), words, port),
  ];
  return [
    ...perPort(showSwitchport, 'show interfaces switchport'),
    ...perPort(showStatus, 'show interfaces status'),
    ...perPort(showDescriptions, 'show interfaces description'),
    command(({ configuration }) => showVlan(configuration), 'show vlan'),
    command(({ configuration }, given) => showVlan(configuration, given.vlans), 'show vlan id', vlan(VLAN_WORDING)),
    command(() => showMacAddressTable(), 'show mac address-table'),
    command(({ configuration, device }) => showRunning(configuration, device.hostname, ports), 'show running-config'),
    command(
      ({ configuration }, { interfaces: [name = ''] }) => showRunningInterface(configuration, name),
      'show running-config interface',
      port,
    ),
    command(version, 'show version'),
  ];
}

const version: Action = ({ device }) => showVersion(device.hostname, device.ports, Date.now() - device.started.getTime());

function execCommands({ management }: Variety): Rules {
  return [
    ...['copy running-config startup-config', 'write', 'write memory'].map((words) => command(management.save, words)),
    command(
      silently((shell: Shell, { number }: Arguments) => (shell.length = number)),
      'terminal length',
      numberBetween(0, 512, 'Value is out of range. The valid range is 0 to 512.'),
    ),
  ];
}

/** Known in every configuration mode; what is typed in a sub-mode leaves it. */
function globalCommands(ports: readonly string[]): Rules {
  const enterInterfaces = silently((shell: Shell, { interfaces }: Arguments) => shell.enter({ kind: 'interface', interfaces }));
  return [
    command(enterInterfaces, 'interface', portOf(ports, PORT_TYPES, INVALID_INTERFACE)),
    command(enterInterfaces, 'interface range', portRange(ports, PORT_TYPES, INVALID_INTERFACE)),
    command(createVlans, 'vlan', vlans),
    command(removeVlans, 'no vlan', vlans),
    command(
      silently((shell: Shell) => shell.enter({ kind: 'exec' })),
      'end',
    ),
    command(
      silently((shell: Shell) => shell.enter({ kind: shell.mode.kind === 'config' ? 'exec' : 'config' })),
      'exit',
    ),
  ];
}

const createVlans = silently((shell: Shell, given: Arguments) => {
  shell.change((configuration) => {
    for (const id of given.vlans) configuration.vlans[id] ??= defaultVlanName(id);
  });
  shell.enter({ kind: 'vlan', vlans: given.vlans });
});

const removeVlans: Action = (shell, given) => {
  if (given.vlans.includes(1)) return '\nERROR: The default VLAN cannot be deleted.\n';
  const missing = given.vlans.filter((id) => shell.configuration.vlans[id] === undefined);
  shell.change((configuration) => deleteVlans(configuration, given.vlans));
  return missing.length === 0 ? '' : `\nThese VLANs do not exist:  ${missing.join(',')}.\n`;
};

function nameVlan(shell: Shell, name: string | null): string {
  const { mode } = shell;
  if (mode.kind !== 'vlan') return '';
  const [id = 1, ...more] = mode.vlans;
  if (id === 1 || more.length > 0) return '\nERROR: The name of the default VLAN or of a range of VLANs cannot be set.\n';
  shell.change((configuration) => (configuration.vlans[id] = name ?? defaultVlanName(id)));
  return '';
}

function enable(password: string | undefined): Action {
  return (shell) => async (talk) => {
    if (password !== undefined && (await talk.ask('Password:', { echo: 'stars' })) !== password) {
      return talk.print('\nIncorrect Password!\n');
    }
    shell.enter({ kind: 'exec' });
  };
}

const logOut = silently((shell: Shell) => (shell.loggedOut = true));

/** The commands of such a switch that are known in each mode. What shows something is known in every mode but the first. */
export function dellN3000Commands(variety: Variety): Record<Shell['mode']['kind'], Rules> {
  const show = showCommands(variety.ports);
  const exec = execCommands(variety);
  const config = [
    ...globalCommands(variety.ports),
    ...show,
    ...[...show, ...exec].map(({ words, run }) => ({ words: ['do', ...words], run })),
  ];
  const enterConfiguration = silently((shell: Shell) => shell.enter({ kind: 'config' }));
  return {
    user: [
      command(enable(variety.enablePassword), 'enable'),
      command(version, 'show version'),
      command(logOut, 'exit'),
      command(logOut, 'quit'),
      command(logOut, 'logout'),
    ],
    exec: [
      ...show,
      ...exec,
      command(enterConfiguration, 'configure'),
      command(enterConfiguration, 'configure terminal'),
      command(() => '', 'enable'),
      command(() => '', 'end'),
      ...['exit', 'disable'].map((word) =>
        command<Arguments, Action>(
          silently((shell: Shell) => shell.enter({ kind: 'user' })),
          word,
        ),
      ),
      command(logOut, 'quit'),
      command(logOut, 'logout'),
    ],
    config,
    interface: [...config, ...interfaceCommands(variety.trunkModeFirst)],
    vlan: [
      ...config,
      command(
        (shell, { text }) => nameVlan(shell, text),
        'name',
        textUpTo(LONGEST_VLAN_NAME, 'Name must be 32 characters or less.'),
      ),
      command((shell) => nameVlan(shell, null), 'no name'),
    ],
  };
}
