import { command, type Rule } from '../command-grammar.ts';
import type { Action as ConsoleAction } from '../console.ts';
import { type Arguments, lineUpTo } from '../switchport/parameters.ts';
import { changedTagged, DEFAULT_VLAN, freshPort, type PortConfiguration, taggedVlans } from './configuration.ts';
import { vlan, vlans } from './parameters.ts';
import type { Shell } from './shell.ts';
import { ACCESS_AND_TRUNK, ILLEGAL, NOT_A_TRUNK, noSuchVlan, ONE_OF_THE_RANGE, ROUTED } from './wording.ts';

const LONGEST_DESCRIPTION = 240;

type Action = ConsoleAction<Shell, Arguments>;

/** Where `no switchport access vlan` leaves the untagged frames of a trunk: in the default VLAN, or nowhere. */
export type UnsetAccess = typeof DEFAULT_VLAN | null;

/** The commands below `interface ethernet`. */
export function interfaceCommands(unsetAccess: UnsetAccess): Rule<Arguments, Action>[] {
  const trunk = 'switchport trunk allowed vlan';
  return [
    command(
      onPorts((_, { text }) => ({ description: text.replace(/^"(.*)"$/, '$1') })),
      'description',
      lineUpTo(LONGEST_DESCRIPTION, ILLEGAL),
    ),
    command(
      onPorts(() => ({ description: '' })),
      'no description',
    ),
    command(
      onPorts(() => ({ shutdown: true })),
      'shutdown',
    ),
    command(
      onPorts(() => ({ shutdown: false })),
      'no shutdown',
    ),
    command(
      onPorts(({ description, shutdown }) => ({ ...freshPort(), description, shutdown, routed: true })),
      'no switchport',
    ),
    // A routed port is made to switch again by this line, or by that of a mode.
    command(
      onPorts(() => ({ routed: false })),
      'switchport',
    ),
    command(
      onPorts((port) => ({ ...toAccess(port), routed: false })),
      'switchport mode access',
    ),
    command(
      onPorts(() => ({ mode: 'trunk', routed: false })),
      'switchport mode trunk',
    ),
    command(switching(toAccess), 'no switchport mode'),
    command(switching(setAccess), 'switchport access vlan', vlan),
    command(switching(takeAwayAccess(unsetAccess)), 'no switchport access vlan'),
    command(switching(addTagged), trunk, vlans),
    command(
      switching((port, given) => (port.mode === 'trunk' ? { tagged: changedTagged(port, 'remove', given.vlans) } : NOT_A_TRUNK)),
      `no ${trunk}`,
      vlans,
    ),
  ];
}

/** An access port has no tagged VLAN and never none at all. */
function toAccess({ access }: PortConfiguration): Partial<PortConfiguration> {
  return { mode: 'access', tagged: '', access: access ?? DEFAULT_VLAN };
}

/** What is new on a port, or why it is not changed. */
type Edit = (
  port: PortConfiguration,
  given: Arguments,
  existing: (vlan: number) => boolean,
) => Partial<PortConfiguration> | string;

const setAccess: Edit = (port, { vlans: [id = DEFAULT_VLAN] }, exists) => {
  if (!exists(id)) return noSuchVlan(id);
  return taggedVlans(port).includes(id) ? ACCESS_AND_TRUNK : { access: id };
};

function takeAwayAccess(unset: UnsetAccess): Edit {
  return (port) => {
    const access = port.mode === 'access' ? DEFAULT_VLAN : unset;
    return access !== null && taggedVlans(port).includes(access) ? ACCESS_AND_TRUNK : { access };
  };
}

/** There is no word `add`: the list always adds to the one there is (networking-generic-switch, OS10 User Guide). */
const addTagged: Edit = (port, given, exists) => {
  if (port.mode !== 'trunk') return NOT_A_TRUNK;
  const missing = given.vlans.find((id) => !exists(id));
  if (missing !== undefined) return noSuchVlan(missing);
  if (port.access !== null && given.vlans.includes(port.access)) return ACCESS_AND_TRUNK + ONE_OF_THE_RANGE;
  return { tagged: changedTagged(port, 'add', given.vlans) };
};

/** Changes the ports of the interface mode one stands in, or none of them if one cannot be. */
function onPorts(edit: Edit): Action {
  return (shell, given) => {
    const { mode } = shell;
    if (mode.kind !== 'interface') return '';
    const { ports, vlans: known } = shell.configuration;
    const edits = mode.interfaces.map((name) => ({
      name,
      edited: edit(ports[name] ?? freshPort(), given, (id) => known[id] !== undefined),
    }));
    const problem = edits.find(({ edited }) => typeof edited === 'string')?.edited;
    if (typeof problem === 'string') return `${problem}\n`;
    shell.change((configuration) => {
      for (const { name, edited } of edits) {
        if (typeof edited !== 'string') Object.assign(configuration.ports[name] ?? {}, edited);
      }
    });
    return '';
  };
}

/** The same for what only ports that are not routed can do. */
function switching(edit: Edit): Action {
  return onPorts((port, given, exists) => (port.routed ? ROUTED : edit(port, given, exists)));
}
