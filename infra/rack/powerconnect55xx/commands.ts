import { command, type Rule } from '../command-grammar.ts';
import { type Action as ConsoleAction, type Conversation, silently } from '../console.ts';
import { type Arguments, numberBetween, portOf, portRange, textUpTo, vlan, vlanList } from '../dell/parameters.ts';
import { PORT_TYPES } from './configuration.ts';
import { interfaceCommands } from './interface-commands.ts';
import { type SaveQuestion, save } from './save.ts';
import type { Shell } from './shell.ts';
import {
  showBootvar,
  showDescriptions,
  showInterfaceConfiguration,
  showMacAddressTable,
  showRunning,
  showStatus,
  showSystem,
  showVersion,
  showVlan,
} from './show.ts';
import { type SwitchportForm, showSwitchport } from './show-switchport.ts';
import { changing, type LostVlan, takeAwayVlans } from './vlan-changes.ts';
import { NOT_CREATED, VLAN_WORDING, WRONG_PARAMETER } from './wording.ts';

const LONGEST_VLAN_NAME = 32;

type Action = ConsoleAction<Shell, Arguments>;
type Rules = readonly Rule<Arguments, Action>[];

/** What differs from one PowerConnect 55xx to the next, by firmware and settings. */
export interface Variety {
  readonly ports: readonly string[];
  readonly enablePassword: string | undefined;
  readonly saveQuestion: SaveQuestion;
  readonly switchportForm: SwitchportForm;
  readonly lostVlan: LostVlan;
}

const vlans = vlanList(VLAN_WORDING);

function showCommands({ ports, switchportForm }: Variety): Rules {
  const port = portOf(ports, PORT_TYPES, WRONG_PARAMETER);
  const shown = ({ interfaces }: Arguments) => (interfaces.length > 0 ? interfaces : ports);
  const perPort = (run: Action, words: string) => [command(run, words), command(run, words, port)];
  return [
    ...perPort((shell, given) => showSwitchport(shell.configuration, shown(given), switchportForm), 'show interfaces switchport'),
    ...perPort((shell, given) => showStatus(shell.configuration, shown(given)), 'show interfaces status'),
    ...perPort((shell, given) => showInterfaceConfiguration(shell.configuration, shown(given)), 'show interfaces configuration'),
    ...perPort((shell, given) => showDescriptions(shell.configuration, shown(given)), 'show interfaces description'),
    command(({ configuration }) => showVlan(configuration), 'show vlan'),
    command(
      ({ configuration }, { vlans: [id = 1] }) =>
        configuration.vlans[id] === undefined ? NOT_CREATED : showVlan(configuration, [id]),
      'show vlan tag',
      vlan(VLAN_WORDING),
    ),
    command(() => showMacAddressTable(), 'show mac address-table'),
    command(({ configuration, device }) => showRunning(configuration, device.hostname), 'show running-config'),
    command(
      ({ configuration, device }, { interfaces }) => showRunning(configuration, device.hostname, interfaces),
      'show running-config interface',
      port,
    ),
    command(() => showBootvar(), 'show bootvar'),
  ];
}

const systemCommands: Rules = [
  command(() => showVersion(), 'show version'),
  command(({ device }) => showSystem(device.hostname, model(device.ports), Date.now() - device.started.getTime()), 'show system'),
  command(
    ({ device }) => showSystem(device.hostname, model(device.ports), Date.now() - device.started.getTime()),
    'show system unit',
    numberBetween(1, 1, WRONG_PARAMETER),
  ),
];

function model(ports: readonly string[]): string {
  return ports.filter((name) => name.startsWith('gi')).length > 24 ? 'PowerConnect 5548' : 'PowerConnect 5524';
}

function execCommands(variety: Variety): Rules {
  return [
    ...systemCommands,
    ...showCommands(variety),
    ...['copy running-config startup-config', 'write', 'write memory'].map((words) => command(save(variety.saveQuestion), words)),
    command(
      silently((shell: Shell) => (shell.length = 0)),
      'terminal datadump',
    ),
    command(
      silently((shell: Shell) => (shell.length = null)),
      'no terminal datadump',
    ),
  ];
}

/** Known in every configuration mode; what is typed in a sub-mode leaves it. */
function globalCommands({ ports, lostVlan }: Variety): Rules {
  const enterInterfaces = (range: boolean) =>
    silently((shell: Shell, { interfaces }: Arguments) => shell.enter({ kind: 'interface', interfaces, range }));
  return [
    command(enterInterfaces(false), 'interface', portOf(ports, PORT_TYPES, WRONG_PARAMETER)),
    command(enterInterfaces(true), 'interface range', portRange(ports, PORT_TYPES, WRONG_PARAMETER)),
    command(enterVlan, 'interface vlan', vlan(VLAN_WORDING)),
    command(
      silently((shell: Shell) => shell.enter({ kind: 'vlan database' })),
      'vlan database',
    ),
    ...vlanCommands(lostVlan),
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

/** Known in the VLAN database, and by HIL's experience also outside of it. */
function vlanCommands(lostVlan: LostVlan): Rules {
  return [
    command(
      changing((shell, given) => {
        shell.change((configuration) => {
          for (const id of given.vlans) configuration.vlans[id] ??= String(id);
        });
        return '';
      }),
      'vlan',
      vlans,
    ),
    command(takeAwayVlans(lostVlan), 'no vlan', vlans),
  ];
}

const vlanInterfaceCommands: Rules = [
  command(
    changing((shell, { text }) => nameVlan(shell, text)),
    'name',
    textUpTo(LONGEST_VLAN_NAME, WRONG_PARAMETER),
  ),
  command(
    changing((shell) => nameVlan(shell, null)),
    'no name',
  ),
];

function nameVlan(shell: Shell, name: string | null): string {
  const { mode } = shell;
  if (mode.kind === 'vlan') shell.change((configuration) => (configuration.vlans[mode.vlan] = name ?? String(mode.vlan)));
  return '';
}

const enterVlan: Action = (shell, { vlans: [id = 1] }) => {
  if (shell.configuration.vlans[id] === undefined) return NOT_CREATED;
  shell.enter({ kind: 'vlan', vlan: id });
  return '';
};

function enable(password: string | undefined): Action {
  return (shell): Conversation =>
    async (talk) => {
      if (password !== undefined && (await talk.ask('Password:', { echo: 'stars' })) !== password) {
        return talk.print('% bad password\n');
      }
      shell.enter({ kind: 'exec' });
    };
}

const leaveExec = silently((shell: Shell) => {
  if (shell.mode.kind === 'exec' && shell.landed === 'user') shell.enter({ kind: 'user' });
  else shell.loggedOut = true;
});

/** The commands of such a switch that are known in each mode. Privileged ones need the word `do` within the configuration modes. */
export function powerConnectCommands(variety: Variety): Record<Shell['mode']['kind'], Rules> {
  const exec = execCommands(variety);
  const config = [...globalCommands(variety), ...exec.map(({ words, run }) => ({ words: ['do', ...words], run }))];
  const enterConfiguration = silently((shell: Shell) => shell.enter({ kind: 'config' }));
  return {
    user: [...systemCommands, command(enable(variety.enablePassword), 'enable'), command(leaveExec, 'exit')],
    exec: [
      ...exec,
      command(enterConfiguration, 'configure'),
      command(enterConfiguration, 'configure terminal'),
      command(() => '', 'enable'),
      command(() => '', 'end'),
      command(
        silently((shell: Shell) => shell.enter({ kind: 'user' })),
        'disable',
      ),
      command(leaveExec, 'exit'),
    ],
    config,
    'vlan database': config,
    interface: [...config, ...interfaceCommands(variety.lostVlan)],
    vlan: [...config, ...vlanInterfaceCommands],
  };
}
