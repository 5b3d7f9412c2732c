import { command, type Rule } from '../command-grammar.ts';
import type { Action as ConsoleAction } from '../console.ts';
import { type Arguments, lineUpTo, oneVlan, restOfLine, vlanList } from '../switchport/parameters.ts';
import { defaultVlanName } from '../switchport/switchport.ts';
import { trunkListCommands } from '../switchport/trunk-list-commands.ts';
import { type PortConfiguration, portOf } from './configuration.ts';
import type { Shell } from './shell.ts';
import { badVlanList, WORDING } from './wording.ts';

const LONGEST_DESCRIPTION = 240;

type Action = ConsoleAction<Shell, Arguments>;

/** The commands below `interface`. */
export function interfaceCommands(): Rule<Arguments, Action>[] {
  const vlan = oneVlan(WORDING.invalid);
  const native = 'switchport trunk native vlan';
  return [
    command(
      onPorts((_, { text }) => ({ description: text })),
      'description',
      lineUpTo(LONGEST_DESCRIPTION, WORDING.invalid),
    ),
    ...takeBack('description', { description: '' }),
    ...always('shutdown', { shutdown: true }),
    ...always('no shutdown', { shutdown: false }),
    ...always('switchport', { routed: false }),
    ...always('no switchport', { routed: true }),
    ...always('switchport mode access', { mode: 'access' }),
    ...always('switchport mode trunk', { mode: 'trunk' }),
    ...takeBack('switchport mode', { mode: 'access' }),
    command(setAccessVlan, 'switchport access vlan', vlan),
    ...takeBack('switchport access vlan', { access: 1 }),
    command(
      onPorts((_, { vlans }) => ({ native: vlans[0] ?? 1, nativeTagged: false })),
      native,
      vlan,
    ),
    ...always(`${native} tag`, { nativeTagged: true }),
    ...takeBack(native, { native: 1, nativeTagged: false }),
    ...trunkListCommands<Shell, Arguments>(onPorts, vlanList(badVlanList)),
  ];
}

function always(words: string, change: Partial<PortConfiguration>): Rule<Arguments, Action>[] {
  return [
    command(
      onPorts(() => change),
      words,
    ),
  ];
}

function takeBack(words: string, change: Partial<PortConfiguration>): Rule<Arguments, Action>[] {
  const act = onPorts(() => change);
  return [command(act, `no ${words}`), command(act, `no ${words}`, restOfLine), command(act, `default ${words}`)];
}

/** Puts ports into an access VLAN, and makes the VLAN if it is not there. */
const setAccessVlan: Action = (shell, given) => {
  const [vlan = 1] = given.vlans;
  const exists = shell.edited.vlans[vlan] !== undefined;
  onPorts(() => ({ access: vlan }))(shell, given);
  if (exists) return '';
  shell.change(({ vlans }) => {
    vlans[vlan] = defaultVlanName(vlan);
  });
  return `! Access VLAN does not exist. Creating vlan ${vlan}\n`;
};

/** Changes the ports of the interface mode one stands in. */
function onPorts(edit: (port: PortConfiguration, given: Arguments) => Partial<PortConfiguration>): Action {
  return (shell, given) => {
    const { mode } = shell;
    if (mode.kind !== 'interface') return '';
    shell.change((configuration) => {
      for (const name of mode.interfaces) {
        const port = portOf(configuration, name);
        configuration.ports[name] = { ...port, ...edit(port, given) };
      }
    });
    return '';
  };
}
