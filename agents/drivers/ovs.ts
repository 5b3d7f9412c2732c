import type { z } from 'zod';
import type { PortState } from '../../db/commands/kinds.ts';
import { ovs as family, ovsSettings } from '../../db/devices/ovs.ts';
import { NO_VLAN, noted } from '../reading/ovs.ts';
import { parseOvsPort, portQuestions, progressQuestion, surroundingsQuestions, unfitOvsPort } from '../reading/ovs-port.ts';
import { formatVlans } from '../reading/vlan-list.ts';
import { type CommandFamily, commandSwitch } from './command-switch.ts';

type Settings = z.output<typeof ovsSettings>;

/** Seconds that `ovs-vsctl` waits for the database and for ovs-vswitchd; without a limit it waits for ever. */
const patience = 8;

/** The program, and what stands before every command of it. */
function program({ sudo, database }: Settings): string[] {
  return [
    ...(sudo ? ['sudo', '-n'] : []),
    'ovs-vsctl',
    `--timeout=${patience}`,
    ...(database === null ? [] : [`--db=${database}`]),
  ];
}

/** One command of many parts: one transaction, all or nothing. */
function transaction(settings: Settings, parts: readonly (readonly string[])[], ...options: string[]): string[] {
  return [...program(settings), ...options, ...parts.flatMap((part) => ['--', ...part])];
}

/**
 * A change of one port. The other parts take the beginning of a uuid for the name of a port, `port-to-br` does not: it fails unless
 * there is a port that is called so, and is not a bridge itself. `add-port` changes nothing here but fails for a port of another
 * bridge, or a bond. (Both seen with 3.1.)
 */
function change(settings: Settings, port: string, ...parts: string[][]): string[] {
  const { ovs_bridge: bridge } = settings;
  const ofBridge = bridge === null ? [] : [['--may-exist', 'add-port', bridge, port]];
  return transaction(settings, [['port-to-br', port], ...ofBridge, ...parts]);
}

const off = (port: string) => [
  ['clear', 'port', port, 'tag'],
  ['set', 'port', port, 'vlan_mode=trunk', `trunks=${NO_VLAN}`, 'protected=true'],
];

/** What makes a port forward these VLANs; a list of trunks must never be empty, for that would mean all of them. */
function forward(port: string, { native, tagged }: PortState): string[][] {
  const set = (...columns: string[]) => ['set', 'port', port, ...columns, 'protected=false'];
  if (native === null && tagged.length === 0) return off(port);
  if (native === null) return [['clear', 'port', port, 'tag'], set('vlan_mode=trunk', `trunks=${tagged.join(',')}`)];
  if (tagged.length === 0) return [['clear', 'port', port, 'trunks'], set('vlan_mode=access', `tag=${native}`)];
  return [set('vlan_mode=native-untagged', `tag=${native}`, `trunks=${[native, ...tagged].join(',')}`)];
}

/** Shuts a port; what it was to forward stays noted. */
const shut = (port: string, settings: Settings) => [
  change(settings, port, ...off(port), ['set', 'port', port, `external_ids:${noted.shut}=true`]),
];

const list = (vlans: readonly number[]) => formatVlans(vlans, Number.POSITIVE_INFINITY)[0] ?? 'none';

/**
 * How Open vSwitch (2.8 and later) is driven: every change is one transaction of its database, and `ovs-vsctl` returns when
 * ovs-vswitchd has done it.
 *
 * Nothing in the database shuts a port, and shutting its interface would not outlive a reboot. So a port that is shut is one
 * that forwards no VLAN at all, and says so in `external_ids` of its row, where the VLANs that it is to forward are noted too.
 */
export const ovsFamily: CommandFamily<Settings> = {
  family,
  settings: ovsSettings,
  // What Open vSwitch could not do ends with exit code 0 and a complaint.
  // That a machine does not know its own name is sudo's concern alone: it goes on.
  refusal: /^(?:ovs-vsctl: |ovs-vswitchd: |sudo: (?!unable to resolve host ))/m,
  // The bridge that the port was found in.
  chatter: /^[A-Za-z0-9_][A-Za-z0-9_.@+-]*$/,

  // The database knows the version only where it was started by the distribution's own script.
  version: { step: ['ovs-vsctl', '--version'], pattern: /^ovs-vsctl \(Open vSwitch\) (\S+)/m },

  read: (port, settings) => [
    transaction(settings, portQuestions(port), '--format=json'),
    transaction(settings, [progressQuestion]),
  ],
  parse: (port, [text = '', progress = ''], { ovs_bridge }) => parseOvsPort(port, text, progress, ovs_bridge),

  prior: (port, _want, settings) => [transaction(settings, surroundingsQuestions(port), '--format=json')],
  change(port, { native, tagged }, settings, [text = '']) {
    const problem = unfitOvsPort(port, text, settings.ovs_bridge);
    if (problem !== undefined) return { problem };
    const notes = [`external_ids:${noted.native}=${native ?? 'none'}`, `external_ids:${noted.tagged}=${list(tagged)}`];
    return [...shut(port, settings), change(settings, port, ['set', 'port', port, ...notes])];
  },
  enable: (port, settings, want) => [
    change(settings, port, ...forward(port, want), ['remove', 'port', port, 'external_ids', noted.shut]),
  ],
  shut,

  save: null,
};

/** The driver for switches of type `ovs`, on the agent's own machine and over SSH. */
export const ovs = commandSwitch(ovsFamily);
