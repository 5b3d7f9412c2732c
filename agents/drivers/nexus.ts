import type { z } from 'zod';
import { nexus as family, nexusSettings } from '../../db/devices/nexus.ts';
import { parseNexusPort } from '../reading/nexus.ts';
import { formatVlans } from '../reading/vlan-list.ts';
import type { ConsoleFamily } from './console-family.ts';
import { consoleSwitch } from './console-switch.ts';

type Settings = z.output<typeof nexusSettings>;

/** NX-OS takes longer lines, but what it prints of them wraps. */
const longestList = 160;

/** The name as configuration lines take it: `Ethernet1/3` is `ethernet 1/3`. */
const typed = (port: string) => port.replace('Ethernet', 'ethernet ');

/** How a Cisco Nexus 5000, and with it NX-OS on the 3000 to 9000, is spoken to. Configuration acts at once, line by line. */
export const nexusFamily: ConsoleFamily<Settings> = {
  family,
  settings: nexusSettings,
  dialect: {
    prompt: /^([\w.@-]+)(?:\(maint-mode\))?(?:\((?!maint-mode)([\w-]+)\))?# ?$/,
    // The host name stands before it on the same line.
    username: /\blogin: ?$/,
    password: /^password: ?$/i,
    denied: /^(?:Login incorrect|Authentication failed|% ?Authentication|Access denied)/im,
    pager: /^\s*--More--\s*$/,
    log: /\d{4} [A-Z][a-z]{2} +\d{1,2} \d\d:\d\d:\d\d(?:\.\d+)? \S+ %[A-Z0-9_]+-\d-[A-Z0-9_]+:/,
    prepare: ['terminal width 511', 'terminal length 0'],
    logout: 'exit',
    leave: ['end'],
  },
  refusal:
    /^[ \t]*\^[ \t]*$|^% ?(?:Invalid|Incomplete|Ambiguous|Permission denied|Error|Bad)|^ERROR:|Syntax error|requested config change not allowed|invalid .+ at '\^' marker/im,
  chatter: /^Enter configuration commands, one per line/,

  version: { step: 'show version', pattern: /^\s*(?:system|NXOS): +version (\S+)/m },

  // The first tells what is configured, but not whether it took; the second what took, but not the mode of a port that is down.
  read: (port) => [`show running-config interface ${typed(port)}`, `show interface ${typed(port)} switchport`],
  parse: (port, [configured = '', effective = '']) => parseNexusPort(port, configured, effective),

  change(port, want, settings) {
    const vlans = want.native === null ? want.tagged : [want.native, ...want.tagged];
    return [
      'configure terminal',
      `interface ${typed(port)}`,
      'shutdown',
      // A VLAN is taken when its mode is left.
      ...vlans.flatMap((vlan) => [`vlan ${vlan}`, 'exit']),
      `interface ${typed(port)}`,
      'switchport',
      // Before the mode: a fresh trunk carries every VLAN.
      'switchport trunk allowed vlan none',
      'switchport mode trunk',
      // A trunk always has a native VLAN; one that does not exist and is not allowed carries nothing.
      `switchport trunk native vlan ${want.native ?? settings.dummy_vlan}`,
      // The native VLAN passes only if it is allowed too.
      ...formatVlans(vlans, longestList).map(
        (list, index) => `switchport trunk allowed vlan ${index === 0 ? '' : 'add '}${list}`,
      ),
      'end',
    ];
  },
  enable: (port) => ['configure terminal', `interface ${typed(port)}`, 'no shutdown', 'end'],
  shut: (port) => ['configure terminal', `interface ${typed(port)}`, 'shutdown', 'end'],

  save: {
    step: 'copy running-config startup-config',
    // The disk is written after this text; the prompt comes when it is done.
    done: /^(?:Copy complete|\[#+\] 100%)/m,
    busy: /another .{0,80}in progress|Configuration update aborted/i,
  },
};

/** The driver for switches of type `nexus`, over telnet and SSH. */
export const nexus = consoleSwitch(nexusFamily);
