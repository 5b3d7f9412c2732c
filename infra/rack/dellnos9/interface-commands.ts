import { command, type Parameter, type Rule } from '../command-grammar.ts';
import { type Action as ConsoleAction, silently } from '../console.ts';
import { changedList, listed } from '../dell/general-mode.ts';
import { text } from '../dell/layout.ts';
import { type Arguments, portRange } from '../dell/parameters.ts';
import { type Configuration, DEFAULT_VLAN, isInVlan, type PortConfiguration } from './configuration.ts';
import { PORT_TYPES, shortName } from './port-names.ts';
import type { Shell } from './shell.ts';
import { vlanLines } from './show.ts';
import { portLines, portNamed } from './show-ports.ts';
import { OUT_OF_RANGE, WORDING } from './wording.ts';

const LONGEST_DESCRIPTION = 240;
const LONGEST_NAME = 32;

type Action = ConsoleAction<Shell, Arguments>;
type Rules = readonly Rule<Arguments, Action>[];
/** Why a port cannot be changed so; null if it can. */
type Objection = (port: PortConfiguration, name: string, vlan: number) => string | null;

/** Changes ports, all or, if there is an objection to one of them, none. */
function changePorts(
  shell: Shell,
  names: readonly string[],
  edit: (port: PortConfiguration) => void,
  objection: (port: PortConfiguration, name: string) => string | null = () => null,
): string {
  for (const name of names) {
    const problem = objection(portNamed(shell.configuration, name), name);
    if (problem !== null) return `${problem}\n`;
  }
  shell.change(({ ports }) => {
    for (const name of names) {
      const port = ports[name];
      if (port !== undefined) edit(port);
    }
  });
  return '';
}

/** Changes the ports of the interface mode one stands in. */
function onPorts(edit: (port: PortConfiguration, given: Arguments) => void, objection?: Objection): Action {
  return (shell, given) => {
    if (shell.mode.kind !== 'interface') return '';
    return changePorts(
      shell,
      shell.mode.interfaces,
      (port) => edit(port, given),
      (port, name) => objection?.(port, name, 0) ?? null,
    );
  };
}

/** `portmode hybrid` comes before `switchport` (Configuration Guide, "Configuring Native VLANs"). */
const isLayer2: Objection = ({ switchport }, name) =>
  switchport ? `% Error: Port is in Layer-2 mode ${shortName(name)}.` : null;

const hasVlans: Objection = (port, name) => (isInVlan(port) ? `% Error: ${shortName(name)} Port is a member of a Vlan.` : null);

/** The rest of a line, of which there must be some. */
function wholeRest(longest: number, forbidden?: RegExp): Parameter<Arguments> {
  return (rest) =>
    rest.length > longest || forbidden?.test(rest)
      ? { at: 0, message: WORDING.invalid }
      : { length: rest.length, set: { text: rest } };
}

/** Means nothing here: no port is a router's. */
const noAddress = command<Arguments, Action>(() => '', 'no ip address');

/** What is known under `interface X` of a port and nowhere else. */
export const portCommands: Rules = [
  command(
    onPorts((port, given) => (port.description = given.text)),
    'description',
    wholeRest(LONGEST_DESCRIPTION),
  ),
  command(
    onPorts((port) => (port.description = '')),
    'no description',
  ),
  command(
    onPorts((port) => (port.shutdown = true)),
    'shutdown',
  ),
  command(
    onPorts((port) => (port.shutdown = false)),
    'no shutdown',
  ),
  command(
    onPorts((port) => (port.hybrid = true), isLayer2),
    'portmode hybrid',
  ),
  command(
    onPorts((port) => (port.hybrid = false), isLayer2),
    'no portmode hybrid',
  ),
  command(
    onPorts((port) => (port.switchport = true)),
    'switchport',
  ),
  command(
    onPorts((port) => (port.switchport = false), hasVlans),
    'no switchport',
  ),
  noAddress,
  command(
    ({ configuration, mode }) =>
      mode.kind === 'interface' ? text(mode.interfaces.flatMap((name) => portLines(name, portNamed(configuration, name)))) : '',
    'show config',
  ),
];

/** A port has to be in layer 2 to be in a VLAN. */
const isNotLayer2: Objection = ({ switchport }, name) =>
  switchport ? null : `% Error: Port is not in Layer-2 mode ${shortName(name)}.`;

/** In one VLAN untagged at most, and unless it is a hybrid in no other beside that. */
const cannotBeUntagged: Objection = (port, name, vlan) => {
  if (port.untagged !== null && port.untagged !== vlan) return `% Error: ${shortName(name)} Port is untagged in another Vlan.`;
  if (listed(port.tagged).includes(vlan)) return `% Error: ${shortName(name)} Port is tagged in this Vlan.`;
  if (port.tagged !== '' && !port.hybrid) return `% Error: ${shortName(name)} Port is tagged in another Vlan.`;
  return null;
};

const cannotBeTagged: Objection = (port, name, vlan) => {
  if (port.untagged === vlan) return `% Error: ${shortName(name)} Port is untagged in this Vlan.`;
  if (port.untagged !== null && !port.hybrid) return `% Error: ${shortName(name)} Port is untagged in another Vlan.`;
  return null;
};

const isNotTagged: Objection = (port, name, vlan) =>
  listed(port.tagged).includes(vlan) ? null : `% Error: ${shortName(name)} Port is not tagged in this Vlan.`;

const isNotUntagged: Objection = (port, name, vlan) =>
  port.untagged === vlan ? null : `% Error: ${shortName(name)} Port is not untagged in this Vlan.`;

/** Changes which ports are in the VLAN one stands in. The default VLAN has those that are in no other, and nobody can be put there. */
function membership(edit: (port: PortConfiguration, vlan: number) => void, ...objections: readonly Objection[]): Action {
  return (shell, { interfaces }) => {
    if (shell.mode.kind !== 'vlan') return '';
    const { vlan } = shell.mode;
    if (vlan === DEFAULT_VLAN) return '% Error: Configuration is not allowed on the default Vlan.\n';
    return changePorts(
      shell,
      interfaces,
      (port) => edit(port, vlan),
      (port, name) => objections.map((object) => object(port, name, vlan)).find((problem) => problem !== null) ?? null,
    );
  };
}

function onVlan(edit: (vlan: { name: string; description: string }, given: Arguments) => void): Action {
  return silently((shell, given) => {
    const { mode } = shell;
    if (mode.kind !== 'vlan') return;
    shell.change((configuration: Configuration) => {
      const vlan = configuration.vlans[mode.vlan];
      if (vlan !== undefined) edit(vlan, given);
    });
  });
}

/** What is known under `interface vlan N` and nowhere else. VLANs are where it is said which ports are in them. */
export function vlanCommands(ports: readonly string[]): Rules {
  const range = portRange(ports, PORT_TYPES, OUT_OF_RANGE);
  return [
    command(
      membership((port, vlan) => (port.tagged = changedList(port.tagged, 'add', [vlan])), isNotLayer2, cannotBeTagged),
      'tagged',
      range,
    ),
    command(
      membership((port, vlan) => (port.untagged = vlan), isNotLayer2, cannotBeUntagged),
      'untagged',
      range,
    ),
    command(
      membership((port, vlan) => (port.tagged = changedList(port.tagged, 'remove', [vlan])), isNotTagged),
      'no tagged',
      range,
    ),
    command(
      membership((port) => (port.untagged = null), isNotUntagged),
      'no untagged',
      range,
    ),
    command(
      onVlan((vlan, given) => (vlan.name = given.text)),
      'name',
      wholeRest(LONGEST_NAME, /^\d|\s/),
    ),
    command(
      onVlan((vlan) => (vlan.name = '')),
      'no name',
    ),
    command(
      onVlan((vlan, given) => (vlan.description = given.text)),
      'description',
      wholeRest(LONGEST_DESCRIPTION),
    ),
    command(
      onVlan((vlan) => (vlan.description = '')),
      'no description',
    ),
    // Only routing is stopped by it, and there is none.
    ...['shutdown', 'no shutdown'].map((words) => command<Arguments, Action>(() => '', words)),
    noAddress,
    command(({ configuration, mode }) => (mode.kind === 'vlan' ? text(vlanLines(configuration, mode.vlan)) : ''), 'show config'),
  ];
}
