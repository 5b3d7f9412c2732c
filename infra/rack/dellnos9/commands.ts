import { command, type Rule } from '../command-grammar.ts';
import { type Action as ConsoleAction, silently } from '../console.ts';
import { changedList } from '../dell/general-mode.ts';
import { text } from '../dell/layout.ts';
import { type Arguments, numberBetween, portOf, portRange, vlan } from '../dell/parameters.ts';
import { type Configuration, DEFAULT_VLAN, freshPort } from './configuration.ts';
import { portCommands, vlanCommands } from './interface-commands.ts';
import { PORT_TYPES } from './port-names.ts';
import type { Flash } from './save.ts';
import type { Shell } from './shell.ts';
import { showMacAddressTable, showRunning, showVersion, showVlan, vlanLines } from './show.ts';
import { portLines, portNamed, showStatus, showSwitchport } from './show-ports.ts';
import { OUT_OF_RANGE, VLAN_WORDING } from './wording.ts';

type Action = ConsoleAction<Shell, Arguments>;
type Rules = readonly Rule<Arguments, Action>[];

/** What differs from one switch to the next. */
export interface Variety {
  readonly ports: readonly string[];
  readonly enablePassword: string | undefined;
  readonly flash: Flash;
}

const oneVlan = vlan(VLAN_WORDING);

const noSuchVlan = (id: number) => `% Error: No such interface Vl ${id}.\n`;

/** Shows something of a VLAN that exists. */
const ofVlan =
  (show: (configuration: Configuration, vlan: number) => string): Action =>
  ({ configuration }, { vlans: [id = DEFAULT_VLAN] }) =>
    configuration.vlans[id] === undefined ? noSuchVlan(id) : show(configuration, id);

function showCommands(ports: readonly string[]): Rules {
  const port = portOf(ports, PORT_TYPES, OUT_OF_RANGE);
  const perPort = (
    show: (configuration: Configuration, names: readonly string[]) => string,
    words: string,
  ): Rule<Arguments, Action>[] => [
    command(({ configuration }) => show(configuration, ports), words),
    command(({ configuration }, { interfaces }) => show(configuration, interfaces), words, port),
  ];
  return [
    ...perPort(showSwitchport, 'show interfaces switchport'),
    ...perPort(showStatus, 'show interfaces status'),
    command(({ configuration }) => showVlan(configuration), 'show vlan'),
    command(
      ofVlan((configuration, id) => showVlan(configuration, [id])),
      'show vlan id',
      oneVlan,
    ),
    command(({ configuration, device }) => showRunning(configuration, device.hostname), 'show running-config'),
    command(
      ({ configuration }, { interfaces }) => text(interfaces.flatMap((name) => portLines(name, portNamed(configuration, name)))),
      'show running-config interface',
      port,
    ),
    command(
      ofVlan((configuration, id) => text(vlanLines(configuration, id))),
      'show running-config interface vlan',
      oneVlan,
    ),
    command(() => showMacAddressTable(), 'show mac-address-table'),
    command(version, 'show version'),
  ];
}

const version: Action = ({ device }) => showVersion(device.ports, Date.now() - device.started.getTime());

function execCommands({ flash }: Variety): Rules {
  return [
    command(flash.copy, 'copy running-config startup-config'),
    ...['write', 'write memory'].map((words) => command(flash.write, words)),
    command(
      silently((shell: Shell, { number }: Arguments) => (shell.length = number)),
      'terminal length',
      numberBetween(0, 512, OUT_OF_RANGE),
    ),
    command(
      silently((shell: Shell) => (shell.length = null)),
      'terminal no length',
    ),
  ];
}

/** Makes the VLAN if need be, and goes there. */
const enterVlan = silently((shell: Shell, { vlans: [id = DEFAULT_VLAN] }: Arguments) => {
  shell.change(({ vlans }) => {
    vlans[id] ??= { name: '', description: '' };
  });
  shell.enter({ kind: 'vlan', vlan: id });
});

/** Ports that were in the VLAN untagged are in the default VLAN afterwards. */
const deleteVlan: Action = (shell, { vlans: [id = DEFAULT_VLAN] }) => {
  if (id === DEFAULT_VLAN) return '% Error: Cannot delete the default Vlan.\n';
  if (shell.configuration.vlans[id] === undefined) return noSuchVlan(id);
  shell.change(({ vlans, ports }) => {
    delete vlans[id];
    for (const port of Object.values(ports)) {
      port.tagged = changedList(port.tagged, 'remove', [id]);
      if (port.untagged === id) port.untagged = null;
    }
  });
  return '';
};

/** Known in every configuration mode; what is typed in a sub-mode leaves it. */
function globalCommands(ports: readonly string[]): Rules {
  const port = portOf(ports, PORT_TYPES, OUT_OF_RANGE);
  const enterInterfaces = silently((shell: Shell, { interfaces }: Arguments) => shell.enter({ kind: 'interface', interfaces }));
  return [
    command(enterInterfaces, 'interface', port),
    command(enterInterfaces, 'interface range', portRange(ports, PORT_TYPES, OUT_OF_RANGE)),
    command(enterVlan, 'interface vlan', oneVlan),
    command(deleteVlan, 'no interface vlan', oneVlan),
    command(
      silently((shell: Shell, { interfaces }: Arguments) =>
        shell.change((configuration) => {
          for (const name of interfaces) configuration.ports[name] = freshPort();
        }),
      ),
      'default interface',
      port,
    ),
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

function enable(password: string | undefined): Action {
  return (shell) => async (talk) => {
    if (password !== undefined && (await talk.ask('Password: ', { echo: 'nothing' })) !== password) {
      return talk.print('% Error: Access denied.\n');
    }
    shell.enter({ kind: 'exec' });
  };
}

const logOut = silently((shell: Shell) => (shell.loggedOut = true));

/** The commands that are known in each mode. What is shown outside configuration is shown inside it behind `do` only. */
export function dellNos9Commands(variety: Variety): Record<Shell['mode']['kind'], Rules> {
  const exec = [...showCommands(variety.ports), ...execCommands(variety)];
  const enterConfiguration = silently((shell: Shell) => shell.enter({ kind: 'config' }));
  const config = [...globalCommands(variety.ports), ...exec.map(({ words, run }) => ({ words: ['do', ...words], run }))];
  return {
    user: [
      command(enable(variety.enablePassword), 'enable'),
      command(version, 'show version'),
      ...['exit', 'quit', 'logout'].map((word) => command<Arguments, Action>(logOut, word)),
    ],
    exec: [
      ...exec,
      command(enterConfiguration, 'configure'),
      command(enterConfiguration, 'configure terminal'),
      ...['enable', 'end'].map((word) => command<Arguments, Action>(() => '', word)),
      command(
        silently((shell: Shell) => shell.enter({ kind: 'user' })),
        'disable',
      ),
      ...['exit', 'quit', 'logout'].map((word) => command<Arguments, Action>(logOut, word)),
    ],
    config,
    interface: [...config, ...portCommands],
    vlan: [...config, ...vlanCommands(variety.ports)],
  };
}
