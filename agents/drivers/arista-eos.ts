import type { z } from 'zod';
import { aristaEosSettings, aristaEos as family } from '../../db/devices/arista-eos.ts';
import { parseAristaEosPort } from '../reading/arista-eos.ts';
import { formatVlans } from '../reading/vlan-list.ts';
import type { ConsoleFamily, ConsoleStep } from './console-family.ts';
import { consoleSwitch } from './console-switch.ts';

type Settings = z.output<typeof aristaEosSettings>;

/** The configuration session, and only one: a switch keeps few that wait, for a day. */
const session = 'haas';

/** Far below what EOS takes in one line. */
const longestList = 160;

const configuring = (port: string, ...lines: readonly ConsoleStep[]): ConsoleStep[] => [
  'configure terminal',
  `interface ${port}`,
  ...lines,
  'end',
];

/**
 * How an Arista switch is spoken to, EOS 4.15 to 4.3x, over SSH. A change is one configuration session: refused anywhere, it is
 * aborted, and nothing of it happened but that the port is shut. Its commit overwrites what others changed since it began (EOS manual,
 * `configure session`), so it is begun and committed in one breath, and a port is opened and shut by plain lines.
 */
export const aristaEosFamily: ConsoleFamily<Settings> = {
  family,
  settings: aristaEosSettings,
  dialect: {
    // The supervisor of a chassis may stand behind the host name: `core(s1)#`.
    prompt: /^([\w.-]+)(?:\(s\d\))?(?:\((config[\w./,-]*)\))?# ?$/,
    username: /^(?:username|login|[\w.-]+ login): ?$/i,
    password: /^password: ?$/i,
    denied: /^(?:Login incorrect|% ?(?:Authentication failed|Login invalid|Access denied|Bad (?:passwords?|secrets?)))/im,
    elevate: { from: /^[\w.-]+(?:\(s\d\))?> ?$/, line: 'enable' },
    pager: /^\s*--More--\s*$/,
    log: /(?:[A-Z][a-z]{2} +\d{1,2} (?:\d{4} )?\d\d:\d\d:\d\d(?:\.\d+)?|\d{4}-\d\d-\d\dT[\d:.+-]+Z?) \S+ \w+(?:\[\d+\])?: (?:\d+: )?%[A-Z][A-Z0-9_]*-\d-[A-Z0-9_]+:/,
    prepare: ['terminal width 511', 'terminal length 0'],
    logout: 'exit',
    // Outside of a session there is nothing to abort, and that is said so.
    leave: ['abort', 'end'],
  },
  // Nothing that starts with a percent sign is good news.
  refusal: /^[ \t]*\^[ \t]*$|^%/m,
  chatter: /^Enter configuration commands, one per line/,

  version: { step: 'show version', pattern: /^Software image version: +(\S+)/m },

  // The first tells what is configured and whether it is shut, the second what is in force.
  read: (port) => [`show running-config interfaces ${port}`, `show interfaces ${port} switchport`],
  parse: (port, [configured = '', effective = '']) => parseAristaEosPort(port, configured, effective),

  change(port, want) {
    const vlans = want.native === null ? want.tagged : [want.native, ...want.tagged];
    return [
      // Nobody says in which order a commit is carried out: the port is shut before it begins.
      ...configuring(port, 'shutdown'),
      // One that a lost connection left behind holds an old configuration; one that was committed cannot be entered again.
      { line: `no configure session ${session}`, mayFail: true },
      `configure session ${session}`,
      // If it could not be removed it is entered, and a commit would bring back what the switch had when it began: this must be empty.
      'show session-config diffs',
      `interface ${port}`,
      'shutdown',
      ...vlans.flatMap((vlan) => [`vlan ${vlan}`, 'exit']),
      `interface ${port}`,
      'switchport',
      // Before the mode: a fresh trunk carries every VLAN.
      'switchport trunk allowed vlan none',
      'switchport mode trunk',
      // Told to tag its native VLAN, a trunk drops untagged frames.
      `switchport trunk native vlan ${want.native ?? 'tag'}`,
      // The native VLAN passes only if it is allowed too.
      ...formatVlans(vlans, longestList).map(
        (list, index) => `switchport trunk allowed vlan ${index === 0 ? '' : 'add '}${list}`,
      ),
      'commit',
    ];
  },
  enable: (port) => configuring(port, 'no shutdown'),
  shut: (port) => configuring(port, 'shutdown'),

  save: {
    step: 'copy running-config startup-config',
    done: /^Copy completed successfully/m,
    busy: /Device or resource busy|another .{0,80}in progress/i,
  },
};

/** The driver for switches of type `arista_eos`, over SSH. */
export const aristaEos = consoleSwitch(aristaEosFamily);
