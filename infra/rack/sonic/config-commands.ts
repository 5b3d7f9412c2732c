import type { CommandResult } from '../command-service.ts';
import type { DeviceSession } from '../device-session.ts';
import { succeeded } from '../linux/command-line.ts';
import type { SaveQueue } from '../linux/save-queue.ts';
import { type ClickCommand, clickCommand, type Given } from './click.ts';
import { type Configuration, existingVlans, type PortConfiguration, type PortMode } from './configuration.ts';
import { addMember, addVlan, type Change, deleteMember, deleteVlan, each, switchMode } from './vlan-changes.ts';

/** Where `config save` writes unless told otherwise: what is read at the next boot. */
const CONFIG_DB_FILE = '/etc/sonic/config_db.json';

/** Runs a command of `config`: what it leaves, or the text of a refusal. */
export type ConfigRun = (session: DeviceSession<Configuration>, given: Given) => Promise<CommandResult> | CommandResult | string;

/** The commands of `config` that have to do with VLANs, in a release with or without port modes. */
export function configCommands(switchportMode: boolean, saves: SaveQueue): ClickCommand<ConfigRun>[] {
  const multiple = switchportMode ? ['-m, --multiple'] : [];
  return [
    clickCommand('vlan add', ['<vid>'], multiple, onVlans(switchportMode, addVlan)),
    clickCommand('vlan del', ['<vid>'], multiple, onVlans(switchportMode, deleteVlan)),
    clickCommand('vlan member add', ['<vid>', 'port'], ['-u, --untagged', ...multiple], memberAdd(switchportMode)),
    clickCommand('vlan member del', ['<vid>', '<port>'], multiple, memberDelete(switchportMode)),
    clickCommand('interface startup', ['<interface_name>'], [], (session, given) => setAdmin(session, given, 'up')),
    clickCommand('interface shutdown', ['<interface_name>'], [], (session, given) => setAdmin(session, given, 'down')),
    clickCommand('interface ip add', ['<interface_name>', '<ip_addr>'], [], addAddress),
    clickCommand('interface ip remove', ['<interface_name>', '<ip_addr>'], [], removeAddress),
    ...(switchportMode ? [clickCommand('switchport mode', ['<mode_type>', 'port'], [], switchport)] : []),
    clickCommand('save', ['[FILENAME]'], ['-y, --yes'], save(saves)),
  ];
}

/** Changes the configuration. `said` is what the command prints when it was not refused. */
function change(session: DeviceSession<Configuration>, edit: Change, said = ''): CommandResult | string {
  let refusal: string | null = null;
  session.change((configuration) => {
    refusal = edit(configuration);
  });
  return refusal ?? succeeded(said);
}

function onVlans(newer: boolean, edit: (vlan: number) => Change): ConfigRun {
  return (session, { values: [text = ''], options }) => {
    const vlans = readVlans(newer, text, options);
    return typeof vlans === 'string' ? vlans : change(session, each(vlans.map(edit)));
  };
}

function memberAdd(newer: boolean): ConfigRun {
  return (session, { values: [text = '', name = ''], options }) => {
    const untagged = options['untagged'] !== undefined;
    const many = newer && (text === 'all' || options['multiple'] !== undefined);
    const vlans = newer && text === 'all' ? existingVlans(session.configuration) : readVlans(newer, text, options);
    if (typeof vlans === 'string') return vlans;
    if (untagged && many) return `${name} cannot have more than one untagged Vlan.`;
    return change(session, each(vlans.map((vlan) => addMember(vlan, name, untagged ? 'untagged' : 'tagged'))));
  };
}

function memberDelete(newer: boolean): ConfigRun {
  return (session, { values: [text = '', name = ''], options }) => {
    const all = () => Object.keys(session.configuration.ports[name]?.members ?? {}).map(Number);
    const vlans = newer && text === 'all' ? all() : readVlans(newer, text, options);
    return typeof vlans === 'string' ? vlans : change(session, each(vlans.map((vlan) => deleteMember(vlan, name))));
  };
}

/** The VLANs that an argument names: one, or with `-m` a list with ranges; or why it does not. */
function readVlans(newer: boolean, text: string, options: Given['options']): number[] | string {
  const wrong = newer ? `${text} is not integer` : `Invalid value for "<vid>": ${text} is not a valid integer`;
  if (options['multiple'] === undefined) return /^\d+$/.test(text) ? [Number(text)] : wrong;
  const vlans = new Set<number>();
  for (const part of text.split(',')) {
    const [, from, to = from] = /^(\d+)(?:-(\d+))?$/.exec(part) ?? [];
    if (from === undefined) return `${part} is not integer`;
    if (Number(to) < Number(from)) return `${part} is not a valid range`;
    for (let vlan = Number(from); vlan <= Math.min(Number(to), 9999); vlan += 1) vlans.add(vlan);
  }
  return [...vlans].sort((a, b) => a - b);
}

function setAdmin(session: DeviceSession<Configuration>, { values: [name = ''] }: Given, admin: PortConfiguration['admin']) {
  return change(session, ({ ports }) => {
    const port = ports[name];
    if (port === undefined) return 'Interface name is invalid. Please enter a valid interface name!!';
    port.admin = admin;
    return null;
  });
}

const addAddress: ConfigRun = (session, { values: [name = '', address = ''] }) => {
  // Printed, and not called a failure: config/main.py returns where it should fail.
  const isMember = Object.keys(session.configuration.ports[name]?.members ?? {}).length > 0;
  if (isMember) return succeeded(`Interface ${name} is a member of vlan\nAborting!\n`);
  return change(session, (configuration) => {
    const addresses = addressesOf(configuration, name);
    if (addresses === undefined) return `'ip' is not valid. Valid names ['Ethernet', 'PortChannel', 'Vlan', 'Loopback']`;
    if (!addresses.includes(address)) addresses.push(address);
    return null;
  });
};

const removeAddress: ConfigRun = (session, { values: [name = '', address = ''] }) =>
  change(session, (configuration) => {
    const addresses = addressesOf(configuration, name);
    if (addresses === undefined) return `'ip' is not valid. Valid names ['Ethernet', 'PortChannel', 'Vlan', 'Loopback']`;
    const index = addresses.indexOf(address);
    if (index < 0) return `${address} is not configured on ${name}`;
    addresses.splice(index, 1);
    return null;
  });

function addressesOf({ ports, vlans }: Configuration, name: string): string[] | undefined {
  return (ports[name] ?? vlans[name.replace('Vlan', '')])?.addresses;
}

const switchport: ConfigRun = (session, { values: [word = '', name = ''] }) => {
  const modes: readonly PortMode[] = ['access', 'trunk', 'routed'];
  const mode = modes.find((known) => known === word);
  if (mode === undefined) {
    return `Invalid value for "<mode_type>": invalid choice: ${word}. (choose from ${modes.join(', ')})`;
  }
  return change(session, switchMode(mode, name), `${name} switched to ${mode} mode\n`);
};

function save(saves: SaveQueue): ConfigRun {
  return async (session, { values: [file = CONFIG_DB_FILE], options }) => {
    if (options['yes'] === undefined) {
      // Whoever runs commands without a terminal does not answer.
      return { stdout: 'Existing file will be overwritten, continue? [y/N]: ', stderr: 'Aborted!\n', code: 1 };
    }
    if (file === CONFIG_DB_FILE) await saves.save(session);
    return succeeded(`Running command: /usr/local/bin/sonic-cfggen -d --print-data > ${file}\n`);
  };
}
