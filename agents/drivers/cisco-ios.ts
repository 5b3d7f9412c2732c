import type { z } from 'zod';
import { ciscoIosSettings, ciscoIos as family } from '../../db/devices/cisco-ios.ts';
import { parseCiscoIosPort } from '../reading/cisco-ios.ts';
import { formatVlans } from '../reading/vlan-list.ts';
import type { ConsoleFamily, ConsoleStep } from './console-family.ts';
import { consoleSwitch } from './console-switch.ts';

type Settings = z.output<typeof ciscoIosSettings>;

/** IOS takes lines of 254 characters. */
const longestList = 160;

const configuring = (port: string, ...lines: readonly ConsoleStep[]): ConsoleStep[] => [
  'configure terminal',
  `interface ${port}`,
  ...lines,
  'end',
];

/** How a Cisco Catalyst is spoken to, IOS 12.2 to IOS-XE 17. Configuration acts at once, line by line. */
export const ciscoIosFamily: ConsoleFamily<Settings> = {
  family,
  settings: ciscoIosSettings,
  dialect: {
    prompt: /^([\w.-]+)(?:\((config[\w-]*)\))?# ?$/,
    username: /^(?:username|login): ?$/i,
    password: /^password: ?$/i,
    denied: /^% ?(?:Login invalid|Authentication failed|Access denied|Bad (?:passwords|secrets)|Error in authentication)/im,
    elevate: { from: /^[\w.-]+> ?$/, line: 'enable' },
    pager: /^\s*--More--\s*$/,
    log: /(?:\d{6,}: )?(?:[*.]?[A-Z][a-z]{2} +\d{1,2} (?:\d{4} )?\d\d:\d\d:\d\d(?:\.\d+)?(?: [A-Z]{2,5})?: )?%[A-Z][A-Z0-9_]*(?:-[A-Z0-9_]+)?-\d-[A-Z0-9_]+:/,
    prepare: ['terminal width 511', 'terminal length 0'],
    logout: 'exit',
    leave: ['end'],
  },
  // Nothing that starts with a percent sign is good news.
  refusal:
    /^[ \t]*\^[ \t]*$|^%|^Command (?:rejected|authorization failed)|^(?:Extended )?VLAN.*not allowed|^VTP VLAN configuration not allowed|Bad VLAN (?:allowed )?list/im,
  chatter: /^Enter configuration commands, one per line/,
  busy: /Configuration mode (?:is )?locked/i,

  version: { step: 'show version', pattern: /\bVersion ([^\s,]+)/ },

  // The first tells what is configured, but not which mode a port without a mode has; the second what is in force, but not whether it is shut.
  read: (port) => [`show running-config interface ${port}`, `show interfaces ${port} switchport`],
  parse: (port, [configured = '', effective = '']) => parseCiscoIosPort(port, configured, effective),

  change(port, want, settings) {
    const vlans = want.native === null ? want.tagged : [want.native, ...want.tagged];
    return [
      'configure terminal',
      `interface ${port}`,
      'shutdown',
      // A VLAN is taken when its mode is left.
      ...vlans.flatMap((vlan) => [`vlan ${vlan}`, 'exit']),
      `interface ${port}`,
      // Switches that cannot route do not know this line; those that can may need it.
      { line: 'switchport', mayFail: true },
      // Before the mode: a fresh trunk carries every VLAN.
      'switchport trunk allowed vlan none',
      // Only models that know ISL too have this line, and those refuse to trunk without it.
      { line: 'switchport trunk encapsulation dot1q', mayFail: true },
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
  enable: (port) => configuring(port, 'no shutdown'),
  shut: (port) => configuring(port, 'shutdown'),

  save: {
    step: {
      line: 'copy running-config startup-config',
      questions: [
        { asked: /^Destination filename \[startup-config\]\? ?$/, reply: '' },
        // Asked after a change of the software: what is overwritten was written by another release.
        { asked: /NVRAM configuration\? ?\[confirm\] ?$/, reply: 'y', key: true },
      ],
    },
    done: /\[OK\]|^\d+ bytes copied in /m,
    busy: /Device or resource busy|another .{0,80}in progress/i,
  },
};

/** The driver for switches of type `cisco_ios`, over telnet and SSH. */
export const ciscoIos = consoleSwitch(ciscoIosFamily);
