import { command, type Parameter, type Rule } from '../command-grammar.ts';
import type { Action as ConsoleAction } from '../console.ts';
import { type Arguments, lineUpTo, oneVlan, restOfLine, vlanList } from '../switchport/parameters.ts';
import { defaultVlanName } from '../switchport/switchport.ts';
import { trunkListCommands } from '../switchport/trunk-list-commands.ts';
import { FOREIGN_VLANS, type PortConfiguration, vlanName } from './configuration.ts';
import { shortName } from './interface-names.ts';
import type { CatalystSetting, Shell } from './shell.ts';
import { portOf } from './show-ports.ts';
import { badVlanList, ENCAPSULATION_AUTO, NONEGOTIATE_CONFLICT, WORDING } from './wording.ts';

const LONGEST_DESCRIPTION = 240;

type Action = ConsoleAction<Shell, Arguments>;

/** The commands below `interface` of one model of Catalyst. */
export function interfaceCommands({ knowsIsl }: CatalystSetting): Rule<Arguments, Action>[] {
  const vlan = oneVlan(WORDING.invalid);
  return [
    ...setOrTakeBack('description', lineUpTo(LONGEST_DESCRIPTION, WORDING.invalid), {
      set: onPorts((_, { text }) => ({ description: text })),
      takeBack: onPorts(() => ({ description: '' })),
    }),
    command(
      onPorts(() => ({ shutdown: true })),
      'shutdown',
    ),
    command(
      onPorts(() => ({ shutdown: false })),
      'no shutdown',
    ),
    command(
      onPorts(() => ({ routed: false })),
      'switchport',
    ),
    command(
      onPorts(() => ({ routed: true })),
      'no switchport',
    ),
    ...modeCommands(knowsIsl),
    ...setOrTakeBack('switchport access vlan', vlan, {
      set: setAccessVlan,
      takeBack: onSwitchports(() => ({ access: 1 })),
    }),
    ...setOrTakeBack('switchport trunk native vlan', vlan, {
      set: onSwitchports((_, { vlans }) => ({ native: vlans[0] ?? 1 })),
      takeBack: onSwitchports(() => ({ native: 1 })),
    }),
    ...trunkListCommands<Shell, Arguments>(onSwitchports, vlanList(badVlanList)),
  ];
}

function setOrTakeBack(
  words: string,
  parameter: Parameter<Arguments>,
  { set, takeBack }: { set: Action; takeBack: Action },
): Rule<Arguments, Action>[] {
  return [command(set, words, parameter), command(takeBack, `no ${words}`), command(takeBack, `no ${words}`, restOfLine)];
}

function modeCommands(knowsIsl: boolean): Rule<Arguments, Action>[] {
  const mode = (to: PortConfiguration['mode']) =>
    onSwitchports((port) => {
      if (to === 'trunk' && knowsIsl && port.encapsulation === 'negotiate') return ENCAPSULATION_AUTO;
      if (to.startsWith('dynamic') && port.nonegotiate) return NONEGOTIATE_CONFLICT;
      return { mode: to };
    });
  const takeBack = mode('dynamic auto');
  const encapsulation = 'switchport trunk encapsulation';
  const negotiate = onSwitchports((port) => (port.mode === 'trunk' ? ENCAPSULATION_AUTO : { encapsulation: 'negotiate' }));
  return [
    command(mode('access'), 'switchport mode access'),
    command(mode('trunk'), 'switchport mode trunk'),
    command(takeBack, 'switchport mode dynamic auto'),
    command(mode('dynamic desirable'), 'switchport mode dynamic desirable'),
    command(takeBack, 'no switchport mode'),
    command(takeBack, 'no switchport mode', restOfLine),
    command(
      onSwitchports((port) => (port.mode.startsWith('dynamic') ? NONEGOTIATE_CONFLICT : { nonegotiate: true })),
      'switchport nonegotiate',
    ),
    command(
      onSwitchports(() => ({ nonegotiate: false })),
      'no switchport nonegotiate',
    ),
    // A model that knows nothing but 802.1Q has no such command.
    ...(knowsIsl
      ? [
          command(
            onSwitchports(() => ({ encapsulation: 'dot1q' })),
            `${encapsulation} dot1q`,
          ),
          command(negotiate, `${encapsulation} negotiate`),
          command(negotiate, `no ${encapsulation}`),
        ]
      : []),
  ];
}

/** Puts ports into an access VLAN, and makes the VLAN if it is not there and VTP lets it be made. */
const setAccessVlan: Action = (shell, given) => {
  const [vlan = 1] = given.vlans;
  const exists = vlanName(shell.configuration, vlan) !== null;
  const refused = onSwitchports(() => ({ access: vlan }))(shell, given);
  if (refused !== '') return refused;
  if (vlan in FOREIGN_VLANS) return '% Warning: port will be inactive in non-ethernet VLAN\n';
  if (exists) return '';
  shell.change(({ vlans }) => {
    if (shell.canCreate(vlan)) vlans[vlan] = defaultVlanName(vlan);
  });
  return `% Access VLAN does not exist. Creating vlan ${vlan}\n`;
};

/** What is new on a port, or why it is not changed (lines ending `\n`). */
type Edit = (port: PortConfiguration, given: Arguments, name: string) => Partial<PortConfiguration> | string;

/** Changes the ports of the interface mode one stands in, and prints why a port would not be changed. */
function onPorts(edit: Edit): Action {
  return (shell, given) => {
    const { mode } = shell;
    if (mode.kind !== 'interface') return '';
    const edits = mode.interfaces.map((name) => ({ name, edited: edit(portOf(shell.configuration, name), given, name) }));
    shell.change(({ ports }) => {
      for (const { name, edited } of edits) if (typeof edited !== 'string') Object.assign(ports[name] ?? {}, edited);
    });
    return edits.map(({ edited }) => (typeof edited === 'string' ? edited : '')).join('');
  };
}

/** The same for what only ports that are not routed can do. */
function onSwitchports(edit: Edit): Action {
  return onPorts((port, given, name) =>
    port.routed ? `Command rejected: ${shortName(name)} not a switching port.\n` : edit(port, given, name),
  );
}
