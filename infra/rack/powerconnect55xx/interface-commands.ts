import { command, type Rule } from '../command-grammar.ts';
import type { Action } from '../console.ts';
import { addToGeneral, changedList, removeFromGeneral } from '../dell/general-mode.ts';
import { type Arguments, textUpTo, vlan, vlanList } from '../dell/parameters.ts';
import { EVERY_VLAN, formatVlanList } from '../vlan-list.ts';
import { ALL_ALLOWED } from './configuration.ts';
import type { Shell } from './shell.ts';
import { type LostVlan, onPorts, onPortsWithVlans, takingFromPorts } from './vlan-changes.ts';
import { VLAN_WORDING, WRONG_PARAMETER } from './wording.ts';

const LONGEST_DESCRIPTION = 64;

type Rules = readonly Rule<Arguments, Action<Shell, Arguments>>[];

const vlans = vlanList(VLAN_WORDING);
const oneVlan = vlan(VLAN_WORDING);

/** What is known under `interface X` and nowhere else. */
export function interfaceCommands(lostVlan: LostVlan): Rules {
  return [...portCommands, ...accessCommands, ...trunkCommands(lostVlan), ...generalCommands];
}

const portCommands: Rules = [
  command(
    onPorts((port, { text }) => (port.description = text)),
    'description',
    textUpTo(LONGEST_DESCRIPTION, WRONG_PARAMETER),
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
  ...(['access', 'trunk', 'general'] as const).map((mode) =>
    command<Arguments, Action<Shell, Arguments>>(
      onPorts((port) => (port.mode = mode)),
      `switchport mode ${mode}`,
    ),
  ),
  command(
    onPorts((port) => (port.mode = 'access')),
    'no switchport mode',
  ),
];

const accessCommands: Rules = [
  command(
    onPortsWithVlans((port, { vlans: [id = 1] }) => (port.access = id)),
    'switchport access vlan',
    oneVlan,
  ),
  command(
    onPorts((port) => (port.access = null)),
    'switchport access vlan none',
  ),
  command(
    onPorts((port) => (port.access = 1)),
    'no switchport access vlan',
  ),
];

function trunkCommands(lostVlan: LostVlan): Rules {
  const allowed = 'switchport trunk allowed vlan';
  return [
    command(
      onPortsWithVlans((port, given) => (port.allowed = changedList(port.allowed, 'add', given.vlans))),
      `${allowed} add`,
      vlans,
    ),
    command(
      takingFromPorts(lostVlan, (port, given) => (port.allowed = changedList(port.allowed, 'remove', given.vlans))),
      `${allowed} remove`,
      vlans,
    ),
    command(
      takingFromPorts(lostVlan, (port, given) => {
        port.allowed = formatVlanList(EVERY_VLAN.filter((id) => !given.vlans.includes(id)));
      }),
      `${allowed} except`,
      vlans,
    ),
    command(
      takingFromPorts(lostVlan, (port) => (port.allowed = '')),
      `${allowed} none`,
    ),
    // Taking the list away does not close the trunk: it opens it to every VLAN.
    ...[`${allowed} all`, `no ${allowed}`].map((words) =>
      command<Arguments, Action<Shell, Arguments>>(
        onPorts((port) => (port.allowed = ALL_ALLOWED)),
        words,
      ),
    ),
    command(
      onPorts((port, { vlans: [id = 1] }) => (port.native = id)),
      'switchport trunk native vlan',
      oneVlan,
    ),
    command(
      onPorts((port) => (port.native = null)),
      'switchport trunk native vlan none',
    ),
    command(
      onPorts((port) => (port.native = 1)),
      'no switchport trunk native vlan',
    ),
  ];
}

const generalCommands: Rules = [
  // Without a word about tags they leave tagged.
  ...(['', ' tagged', ' untagged'] as const).map((tags) =>
    command<Arguments, Action<Shell, Arguments>>(
      onPortsWithVlans((port, given) => addToGeneral(port.general, given.vlans, tags === ' untagged' ? 'untagged' : 'tagged')),
      'switchport general allowed vlan add',
      vlans,
      ...tags.trim().split(' ').filter(Boolean),
    ),
  ),
  command(
    onPorts((port, given) => removeFromGeneral(port.general, given.vlans)),
    'switchport general allowed vlan remove',
    vlans,
  ),
  command(
    onPorts((port, { vlans: [id = 1] }) => (port.general.pvid = id)),
    'switchport general pvid',
    oneVlan,
  ),
  command(
    onPorts((port) => (port.general.pvid = 1)),
    'no switchport general pvid',
  ),
  command(
    onPorts((port) => (port.general.filtering = false)),
    'switchport general ingress-filtering disable',
  ),
  command(
    onPorts((port) => (port.general.filtering = true)),
    'no switchport general ingress-filtering disable',
  ),
  command(
    onPorts((port) => (port.general.taggedOnly = true)),
    'switchport general acceptable-frame-type tagged-only',
  ),
  command(
    onPorts((port) => (port.general.taggedOnly = false)),
    'no switchport general acceptable-frame-type',
  ),
];
