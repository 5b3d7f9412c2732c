import { command, type Rule } from '../command-grammar.ts';
import type { Action as ConsoleAction } from '../console.ts';
import { addToGeneral, changedList, removeFromGeneral } from '../dell/general-mode.ts';
import { type Arguments, textUpTo, vlan, vlanList } from '../dell/parameters.ts';
import { formatVlanList } from '../vlan-list.ts';
import { ALL_ALLOWED, type PortConfiguration } from './configuration.ts';
import type { Shell } from './shell.ts';
import { failureTable, NO_SUCH_VLAN, VLAN_WORDING, WORDING } from './wording.ts';

const LONGEST_DESCRIPTION = 64;

type Action = ConsoleAction<Shell, Arguments>;
type Rules = readonly Rule<Arguments, Action>[];
type Edit = (port: PortConfiguration, given: Arguments) => void;
/** Why a change is refused, as printed; null if it is not. */
type Objection = (shell: Shell, given: Arguments, ports: readonly PortConfiguration[]) => string | null;

const vlans = vlanList(VLAN_WORDING);
const oneVlan = vlan(VLAN_WORDING);

/** Changes the ports of the interface mode one stands in, unless there is an objection. */
function onPorts(edit: Edit, ...objections: readonly Objection[]): Action {
  return (shell, given) => {
    const { mode } = shell;
    if (mode.kind !== 'interface') return '';
    const ports = mode.interfaces.flatMap((name) => shell.configuration.ports[name] ?? []);
    // A switch that lies complains of nothing.
    for (const object of shell.lying ? [] : objections) {
      const objection = object(shell, given, ports);
      if (objection !== null) return objection;
    }
    shell.change((configuration) => {
      for (const name of mode.interfaces) {
        const port = configuration.ports[name];
        if (port !== undefined) edit(port, given);
      }
    });
    return '';
  };
}

/** Makes ports members of VLANs. Of a list, those that exist are taken, and a table says which were not. */
function adding(edit: Edit, ...objections: readonly Objection[]): Action {
  return (shell, given) => {
    const missing = given.vlans.filter((id) => shell.configuration.vlans[id] === undefined);
    const left = { ...given, vlans: given.vlans.filter((id) => !missing.includes(id)) };
    const output = onPorts(left.vlans.length > 0 ? edit : () => {}, ...objections)(shell, left);
    return output === '' && missing.length > 0 ? failureTable(missing) : output;
  };
}

const exists =
  (otherwise: string): Objection =>
  ({ configuration }, { vlans: [id = 1] }) =>
    configuration.vlans[id] === undefined ? otherwise : null;

const inMode =
  (mode: 'trunk' | 'general', otherwise: string): Objection =>
  (_shell, _given, ports) =>
    ports.every((port) => port.mode === mode) ? null : otherwise;

/** The native VLAN has to be allowed before it is made that (HIL). */
const allowed: Objection = (_shell, { vlans: [id = 1] }, ports) =>
  ports.every((port) => changedList(port.allowed, 'add', [id]) === port.allowed) ? null : 'Could not configure pvid.\n';

const portCommands: Rules = [
  command(
    onPorts((port, { text }) => (port.description = text)),
    'description',
    textUpTo(LONGEST_DESCRIPTION, WORDING.invalid),
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
    command<Arguments, Action>(
      onPorts((port) => (port.mode = mode)),
      `switchport mode ${mode}`,
    ),
  ),
  command(
    onPorts((port) => (port.mode = 'access')),
    'no switchport mode',
  ),
  command(
    onPorts((port, { vlans: [id = 1] }) => (port.access = id), exists('\nVLAN ID not found.\n')),
    'switchport access vlan',
    oneVlan,
  ),
  command(
    onPorts((port) => (port.access = 1)),
    'no switchport access vlan',
  ),
];

function trunkCommands(trunkModeFirst: boolean): Rules {
  const isTrunk: Objection[] = trunkModeFirst ? [inMode('trunk', 'Interface not in Trunk Mode.\n')] : [];
  const list = 'switchport trunk allowed vlan';
  return [
    command(
      adding((port, given) => (port.allowed = formatVlanList(given.vlans)), ...isTrunk),
      list,
      vlans,
    ),
    command(
      adding((port, given) => (port.allowed = changedList(port.allowed, 'add', given.vlans)), ...isTrunk),
      `${list} add`,
      vlans,
    ),
    // Unlike `add` it takes numbers that do not exist: HIL closes ports by `remove 1-4093`.
    command(
      onPorts((port, given) => (port.allowed = changedList(port.allowed, 'remove', given.vlans)), ...isTrunk),
      `${list} remove`,
      vlans,
    ),
    command(
      onPorts((port, given) => (port.allowed = changedList(ALL_ALLOWED, 'remove', given.vlans)), ...isTrunk),
      `${list} except`,
      vlans,
    ),
    command(
      onPorts((port) => (port.allowed = ''), ...isTrunk),
      `${list} none`,
    ),
    // Taking the list away does not close the trunk: it opens it to every VLAN.
    ...[`${list} all`, `no ${list}`].map((words) =>
      command<Arguments, Action>(
        onPorts((port) => (port.allowed = ALL_ALLOWED), ...isTrunk),
        words,
      ),
    ),
    command(
      onPorts((port, { vlans: [id = 1] }) => (port.native = id), ...isTrunk, exists(NO_SUCH_VLAN), allowed),
      'switchport trunk native vlan',
      oneVlan,
    ),
    command(
      onPorts((port) => (port.native = 1), ...isTrunk),
      'no switchport trunk native vlan',
    ),
  ];
}

const isGeneral = inMode('general', 'Interface not in General Mode.\n');

const generalCommands: Rules = [
  // Without a word about tags they leave untagged.
  ...(['', 'untagged', 'tagged'] as const).map((tags) =>
    command<Arguments, Action>(
      adding((port, given) => addToGeneral(port.general, given.vlans, tags || 'untagged'), isGeneral),
      'switchport general allowed vlan add',
      vlans,
      ...(tags === '' ? [] : [tags]),
    ),
  ),
  command(
    onPorts((port, given) => removeFromGeneral(port.general, given.vlans), isGeneral),
    'switchport general allowed vlan remove',
    vlans,
  ),
  command(
    onPorts(
      (port, { vlans: [id = 1] }) => (port.general.pvid = id),
      inMode('general', '\nPort is not general port.\n'),
      exists('Could not configure pvid.\n'),
    ),
    'switchport general pvid',
    oneVlan,
  ),
  command(
    onPorts((port) => (port.general.pvid = 1)),
    'no switchport general pvid',
  ),
  command(
    onPorts((port) => (port.general.filtering = false), isGeneral),
    'switchport general ingress-filtering disable',
  ),
  command(
    onPorts((port) => (port.general.filtering = true)),
    'no switchport general ingress-filtering disable',
  ),
  command(
    onPorts((port) => (port.general.taggedOnly = true), isGeneral),
    'switchport general acceptable-frame-type tagged-only',
  ),
  command(
    onPorts((port) => (port.general.taggedOnly = false)),
    'no switchport general acceptable-frame-type',
  ),
];

/** What is known under `interface X` and nowhere else. */
export function interfaceCommands(trunkModeFirst: boolean): Rules {
  return [...portCommands, ...trunkCommands(trunkModeFirst), ...generalCommands];
}
