import { command, type Rule, understand } from '../command-grammar.ts';
import { type Configuration, emptyInterface, type InterfaceConfiguration } from './configuration.ts';
import { type Arguments, interfaces, NOTHING, text, vlan, vlanOrNone, vlans, vlansOrAll, WORDING } from './parameters.ts';
import type { Change } from './revisions.ts';

type ChangeOf = (given: Arguments) => Change;

const BRIDGE = 'bridge domain br_default';

/** The change that the words behind `nv set` or `nv unset` ask for, or the text of a refusal. */
export function readChange(verb: 'set' | 'unset', words: readonly string[]): Change | string {
  const meaning = understand(words.join(' '), verb === 'set' ? setRules : unsetRules, WORDING);
  if (meaning === 'blank') return WORDING.incomplete;
  return 'message' in meaning ? meaning.message : meaning.run({ ...NOTHING, ...meaning.set });
}

const setRules: Rule<Arguments, ChangeOf>[] = [
  command(
    always(({ bridge }, given) => (bridge.vlans = union(bridge.vlans, given.vlans))),
    `${BRIDGE} vlan`,
    vlans,
  ),
  command(
    always(({ bridge }, given) => (bridge.untagged = given.untagged)),
    `${BRIDGE} untagged`,
    vlanOrNone,
  ),
  command(
    always(() => {}),
    BRIDGE,
  ),
  command(
    always((configuration) => (configuration.autoSave = true)),
    'system config auto-save enable on',
  ),
  command(
    always((configuration) => (configuration.autoSave = false)),
    'system config auto-save enable off',
  ),
  command(
    mention(() => {}),
    'interface',
    interfaces,
  ),
  command(
    mention(() => {}),
    'interface',
    interfaces,
    'type swp',
  ),
  command(
    mention((port, given) => (port.description = given.text)),
    'interface',
    interfaces,
    'description',
    text,
  ),
  command(
    mention((port) => (port.state = 'up')),
    'interface',
    interfaces,
    'link state up',
  ),
  command(
    mention((port) => (port.state = 'down')),
    'interface',
    interfaces,
    'link state down',
  ),
  command(
    bridged(() => {}),
    'interface',
    interfaces,
    BRIDGE,
  ),
  command(
    bridged((port, given) => (port.access = given.vlan)),
    'interface',
    interfaces,
    `${BRIDGE} access`,
    vlan,
  ),
  command(
    bridged((port, given) => (port.untagged = given.untagged)),
    'interface',
    interfaces,
    `${BRIDGE} untagged`,
    vlanOrNone,
  ),
  command(bridged(addVlans), 'interface', interfaces, `${BRIDGE} vlan`, vlansOrAll),
];

const unsetRules: Rule<Arguments, ChangeOf>[] = [
  command(
    always(({ bridge }, given) => (bridge.vlans = without(bridge.vlans, given.vlans))),
    `${BRIDGE} vlan`,
    vlans,
  ),
  command(
    always(({ bridge }) => (bridge.vlans = [])),
    `${BRIDGE} vlan`,
  ),
  command(
    always(({ bridge }) => (bridge.untagged = null)),
    `${BRIDGE} untagged`,
  ),
  command(
    always((configuration) => (configuration.bridge = { untagged: null, vlans: [] })),
    BRIDGE,
  ),
  command(
    always((configuration) => (configuration.autoSave = null)),
    'system config auto-save enable',
  ),
  command(
    always((configuration) => (configuration.autoSave = null)),
    'system config auto-save',
  ),
  command(forget, 'interface', interfaces),
  command(
    known((port) => (port.description = null)),
    'interface',
    interfaces,
    'description',
  ),
  command(
    known((port) => (port.state = null)),
    'interface',
    interfaces,
    'link state',
  ),
  command(
    known((port) => (port.state = null)),
    'interface',
    interfaces,
    'link',
  ),
  command(known(leaveBridge), 'interface', interfaces, 'bridge'),
  command(known(leaveBridge), 'interface', interfaces, 'bridge domain'),
  command(known(leaveBridge), 'interface', interfaces, BRIDGE),
  command(
    known((port) => (port.access = null)),
    'interface',
    interfaces,
    `${BRIDGE} access`,
  ),
  command(
    known((port) => (port.untagged = null)),
    'interface',
    interfaces,
    `${BRIDGE} untagged`,
  ),
  command(known(unsetUntagged), 'interface', interfaces, `${BRIDGE} untagged`, vlanOrNone),
  command(
    known((port) => (port.vlans = null)),
    'interface',
    interfaces,
    `${BRIDGE} vlan`,
  ),
  command(known(removeVlans), 'interface', interfaces, `${BRIDGE} vlan`, vlansOrAll),
];

function always(edit: (configuration: Configuration, given: Arguments) => void): ChangeOf {
  return (given) => (configuration) => edit(configuration, given);
}

/** Changes interfaces, which are thereby mentioned in the configuration. */
function mention(edit: (port: InterfaceConfiguration, given: Arguments) => void): ChangeOf {
  return (given) => (configuration) => {
    for (const name of given.interfaces) {
      const port = configuration.interfaces[name] ?? emptyInterface();
      edit(port, given);
      configuration.interfaces[name] = port;
    }
  };
}

/** Changes interfaces, which thereby become ports of the bridge. */
function bridged(edit: (port: InterfaceConfiguration, given: Arguments) => void): ChangeOf {
  return mention((port, given) => {
    port.bridged = true;
    edit(port, given);
  });
}

/** Changes interfaces that are mentioned; to unset what is not set is no mistake (networking-generic-switch relies on it). */
function known(edit: (port: InterfaceConfiguration, given: Arguments) => void): ChangeOf {
  return (given) => (configuration) => {
    for (const name of given.interfaces) {
      const port = configuration.interfaces[name];
      if (port) edit(port, given);
    }
  };
}

function forget(given: Arguments): Change {
  return ({ interfaces: all }) => {
    for (const name of given.interfaces) if (all[name]) all[name] = null;
  };
}

function leaveBridge(port: InterfaceConfiguration): void {
  Object.assign(port, { bridged: false, access: null, untagged: null, vlans: null } satisfies Partial<InterfaceConfiguration>);
}

function unsetUntagged(port: InterfaceConfiguration, given: Arguments): void {
  if (port.untagged === given.untagged) port.untagged = null;
}

function addVlans(port: InterfaceConfiguration, given: Arguments): void {
  port.vlans = port.vlans === 'all' || given.vlans === 'all' ? 'all' : union(port.vlans ?? [], given.vlans);
}

/** Without its last VLAN the list is gone, and the port carries all VLANs of the bridge. */
function removeVlans(port: InterfaceConfiguration, given: Arguments): void {
  if (port.vlans === null || (port.vlans === 'all' && given.vlans !== 'all')) return;
  const left = port.vlans === 'all' ? [] : without(port.vlans, given.vlans);
  port.vlans = left.length > 0 ? left : null;
}

function union(list: readonly number[], more: Arguments['vlans']): number[] {
  return [...new Set([...list, ...(more === 'all' ? [] : more)])].sort((a, b) => a - b);
}

function without(list: readonly number[], gone: Arguments['vlans']): number[] {
  return gone === 'all' ? [] : list.filter((id) => !gone.includes(id));
}
