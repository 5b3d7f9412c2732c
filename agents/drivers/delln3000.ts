import type { z } from 'zod';
import { delln3000Settings, delln3000 as family, lastDellN3000Vlan } from '../../db/devices/delln3000.ts';
import { parseDellN3000Port } from '../reading/delln3000.ts';
import { formatVlans } from '../reading/vlan-list.ts';
import type { ConsoleFamily } from './console-family.ts';
import { consoleSwitch } from './console-switch.ts';

type Settings = z.output<typeof delln3000Settings>;

/** The command line takes more; what it prints of such lists wraps. */
const longestList = 120;

const closeTrunk = `switchport trunk allowed vlan remove 1-${lastDellN3000Vlan}`;

/**
 * How a Dell N-series is spoken to: DNOS 6 (FASTPATH) on N1500 to N4000, and in most things the PowerConnect 7000 and 8100 before it.
 * Configuration acts at once, line by line. Orders of commands as the predecessor's driver proved them on an N3048;
 * errors also from an N-series emulation by a service provider that ran such switches.
 */
export const delln3000Family: ConsoleFamily<Settings> = {
  family,
  settings: delln3000Settings,
  // The switch itself warns that many VLANs take long.
  patience: { line: 30_000 },
  dialect: {
    prompt: /^([\w.@:-]+)(?:\((config[^()\s]*)\))?# ?$/,
    username: /^User(?: ?Name)?: ?$/i,
    password: /^Password: ?$/i,
    denied:
      /^(?:% ?)?(?:Login incorrect|Incorrect (?:login|user name|password)|Authentication failed|Access denied|User authentication failed)/im,
    elevate: { from: /^[\w.@:-]+> ?$/, line: 'enable' },
    pager: /^--More-- or \(q\)uit ?$/,
    log: /<\d{1,3}> ?[A-Z][a-z]{2} {1,2}\d{1,2} \d\d:\d\d:\d\d(?:\.\d+)? \S+ [\w-]+\[[^\]\n]*\]:/,
    prepare: ['terminal length 0'],
    logout: 'exit',
    leave: ['end'],
  },
  // Many errors come without a percent sign. A description may hold any words.
  refusal:
    /^[ \t]*\^[ \t]*$|^[ \t]*% ?\w|^(?![ \t]*description\b).*(?:\bERROR\b|Failure Information|Command not found|Incomplete command|invalid interface|out of range|\bnot found|(?:do|does) not exist|already exists|Interface not in \w+ Mode|Interface is part of|Could not|Unable to|Cannot\b|\bFailed\b|\bIncorrect\b)/m,
  chatter:
    /^\s*(?:Warning: The use of large numbers of VLANs or interfaces may cause significant|delays in applying the configuration\.)\s*$/,

  version: {
    step: 'show version',
    // The table says which of two images is active, or, on later releases, the version that is.
    pattern: /^\s*\d+\s+(?:(?=\d\S*\s+\S+\s+image1\b)|\S+\s+(?=\d\S*\s+image2\b)|\S+\s+\S+\s+(?=\d))(\d[\w.]*)\s/m,
  },

  // The last one because the second shows a native VLAN also when it no longer passes; the VLAN knows its ports.
  read: (port, { dummy_vlan }) => [
    `show running-config interface ${port}`,
    `show interfaces switchport ${port}`,
    { line: `show vlan id ${dummy_vlan}`, mayFail: true },
  ],
  parse: (port, [running = '', switchport = '', dummyVlan = ''], { dummy_vlan }) =>
    parseDellN3000Port(port, { running, switchport, dummyVlan }, dummy_vlan),

  // For a moment the dummy VLAN passes, in which another port may be at the same moment.
  prior: (port) => [`show running-config interface ${port}`],
  isShut: ([running = '']) => /^ *shutdown *$/m.test(running),
  change(port, { native, tagged }, { dummy_vlan }) {
    const standIn = native ?? dummy_vlan;
    return [
      'configure',
      // A trunk takes no VLAN that does not exist, and no native VLAN that it does not allow.
      ...formatVlans([standIn, ...tagged], longestList).flatMap((list) => [`vlan ${list}`, 'exit']),
      `interface ${port}`,
      // Before the mode, where the release takes it there: a fresh trunk carries every VLAN. After it, lest the mode reset it.
      { line: closeTrunk, mayFail: true },
      'switchport mode trunk',
      closeTrunk,
      `switchport trunk allowed vlan add ${standIn}`,
      `switchport trunk native vlan ${standIn}`,
      // A native VLAN cannot be unset; one that the trunk does not allow carries nothing.
      ...(native === null ? [`switchport trunk allowed vlan remove ${standIn}`] : []),
      ...formatVlans(tagged, longestList).map((list) => `switchport trunk allowed vlan add ${list}`),
      'end',
    ];
  },
  enable: (port) => ['configure', `interface ${port}`, 'no shutdown', 'end'],
  shut: (port) => ['configure', `interface ${port}`, 'shutdown', 'end'],

  save: {
    step: {
      line: 'copy running-config startup-config',
      // A single key.
      questions: [{ asked: /Are you sure you want to save\? ?\(y\/n\) ?$/i, reply: 'y', key: true }],
    },
    done: /^Configuration Saved!/m,
  },
};

/** The driver for switches of type `delln3000`, over telnet and SSH. */
export const delln3000 = consoleSwitch(delln3000Family);
