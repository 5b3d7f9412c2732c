import type { z } from 'zod';
import { dellOs10Settings, dellOs10 as family } from '../../db/devices/dell-os10.ts';
import { parseOs10Configuration, parseOs10Port } from '../reading/dell-os10.ts';
import { formatVlans } from '../reading/vlan-list.ts';
import type { ConsoleFamily } from './console-family.ts';
import { consoleSwitch } from './console-switch.ts';

type Settings = z.output<typeof dellOs10Settings>;

/** No limit is written down; this is what manuals and captures stay well below. */
const longestList = 160;

/** The name as configuration lines take it: `ethernet1/1/5:2` is `ethernet 1/1/5:2`. */
const typed = (port: string) => port.replace('ethernet', 'ethernet ');

const showConfiguration = (port: string) => `show running-configuration interface ${typed(port)}`;

/**
 * How a switch with Dell SmartFabric OS10 is spoken to, 10.4 to 10.5, over SSH. Configuration acts at once, line by line. The native
 * VLAN of a trunk is its access VLAN; the list of a trunk is only ever added to and taken from, never set.
 */
export const dellOs10Family: ConsoleFamily<Settings> = {
  family,
  settings: dellOs10Settings,
  dialect: {
    // As `OS10(conf-if-eth1/1/1:2)# `, `OS10(conf-if-vl-100)# `, `OS10(conf-range-eth1/1/1-1/1/2)# `.
    prompt: /^([\w.-]+)(?:\((conf[\w./:,-]*)\))?# ?$/,
    username: /^(?:[\w.-]+ )?login: ?$/i,
    password: /^password: ?$/i,
    denied: /^(?:Login incorrect|Authentication failed|% ?(?:Error: )?(?:Authentication|Access|Login))/im,
    elevate: { from: /^[\w.-]+> ?$/, line: 'enable' },
    pager: /^\s*--More--\s*$/,
    // As the console and `terminal monitor` show them, in the forms of before and after RFC 5424.
    log: /(?:<\d{1,3}>\d \d{4}-\d\d-\d\dT\S+ \S+ |[A-Z][a-z]{2} +\d{1,2} (?:\d{4} )?\d\d:\d\d:\d\d(?:\.\d+)? \S+ (?:[\w.-]+\[\d+\]:|%?Dell)|%Dell (?:EMC )?\(OS10\))/,
    prepare: ['terminal length 0', 'terminal width 511'],
    logout: 'exit',
    leave: ['end'],
  },
  // Nothing that starts with a percent sign is good news.
  refusal: /^[ \t]*\^[ \t]*$|^[ \t]*%/m,
  // OS10 takes a configuration line in silence.
  chatter: /^(?!)/,

  version: { step: 'show version', pattern: /^\s*OS Version: *(\S+)/m },

  // The first tells what is configured and whether the port is shut, the second in which VLANs the switch has it.
  read: (port) => [showConfiguration(port), 'show vlan'],
  parse: (port, [configured = '', vlans = '']) => parseOs10Port(port, configured, vlans),

  prior: (port) => [showConfiguration(port)],
  change(port, want, _settings, [configured = '']) {
    const held = parseOs10Configuration(port, configured);
    if ('problem' in held) return held;
    const vlans = want.native === null ? want.tagged : [want.native, ...want.tagged];
    return [
      'configure terminal',
      `interface ${typed(port)}`,
      'shutdown',
      ...vlans.flatMap((vlan) => [`interface vlan ${vlan}`, 'exit']),
      `interface ${typed(port)}`,
      // A fresh trunk carries nothing tagged.
      'switchport mode trunk',
      // The whole list goes: a VLAN must not be native and tagged at once, and what stays in it would stay on the port.
      ...formatVlans(held.allowed, longestList).map((list) => `no switchport trunk allowed vlan ${list}`),
      // Of a trunk, this leaves no VLAN for untagged frames; that it did is read back.
      want.native === null ? 'no switchport access vlan' : `switchport access vlan ${want.native}`,
      ...formatVlans(want.tagged, longestList).map((list) => `switchport trunk allowed vlan ${list}`),
      'end',
    ];
  },
  enable: (port) => ['configure terminal', `interface ${typed(port)}`, 'no shutdown', 'end'],
  shut: (port) => ['configure terminal', `interface ${typed(port)}`, 'shutdown', 'end'],

  save: {
    step: 'copy running-configuration startup-configuration',
    // OS10 is silent when it is done; some releases say so.
    done: /^\s*(?:Copy completed\b.*)?\s*$/i,
    busy: /in progress|try again/i,
  },
};

/** The driver for switches of type `dell_os10`, over SSH. */
export const dellOs10 = consoleSwitch(dellOs10Family);
