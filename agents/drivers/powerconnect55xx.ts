import type { z } from 'zod';
import { powerconnect55xx as family, powerconnect55xxSettings } from '../../db/devices/powerconnect55xx.ts';
import { parsePowerConnectPort } from '../reading/powerconnect55xx.ts';
import { formatVlans } from '../reading/vlan-list.ts';
import type { ConsoleFamily } from './console-family.ts';
import { consoleSwitch } from './console-switch.ts';

type Settings = z.output<typeof powerconnect55xxSettings>;

/** Its command line is edited in a short buffer; how short is not documented. */
const longestList = 100;

const locked = /Configuration Database locked by another application/i;

/**
 * How a Dell PowerConnect 5524 or 5548 is spoken to (RADLAN; relatives are Cisco SG300, Eltex MES, Dell R1-2210).
 * Configuration acts at once, line by line. Prompts, paging and errors as other tools know them from 5524s and 5548s
 * with 4.1.0; it is not the command line of PowerConnect 6200 to 8100 or of the N-series.
 */
export const powerconnect55xxFamily: ConsoleFamily<Settings> = {
  family,
  settings: powerconnect55xxSettings,
  // Thousands of VLANs take it minutes, a few at a time seconds.
  patience: { line: 60_000 },
  dialect: {
    // Host names may hold blanks.
    prompt: /^([\w.@:-](?:[\w .@:-]*[\w.@:-])?)(?:\(([\w-]+)\))?# ?$/,
    username: /^User(?: ?Name)?: ?$/i,
    password: /^Password: ?$/i,
    denied: /^(?:% ?)?(?:Authentication failed|Login incorrect|Bad password|Access denied)/im,
    elevate: { from: /^[\w.@:-](?:[\w .@:-]*[\w.@:-])?> ?$/, line: 'enable' },
    pager: /^More: <space>, +Quit:/,
    // Of copying, one of these lines is all that some releases say of success.
    log: /\d{2}-[A-Z][a-z]{2}-\d{4} \d\d:\d\d:\d\d %(?!COPY-N-TRAP)[A-Za-z0-9_]+-[A-Z]-[A-Za-z0-9_]+:/,
    prepare: ['terminal datadump'],
    logout: 'exit',
    leave: ['end'],
  },
  // A percent sign begins an error unless it begins the name of a log message.
  refusal:
    /^[ \t]*\^[ \t]*$|^[ \t]*% *(?![A-Za-z0-9_]+-[A-Z]-)\w|VLAN was not created by user|Port is not in Layer-2 mode|bad interface name|Configuration Database locked/im,
  chatter: /%COPY-N-TRAP:/,
  busy: locked,

  version: { step: 'show bootvar', pattern: /^\s*\d+\s+\d+\s+\S+\s+(\d[\w.]*)\s.*(?<!not )\bactive\*?\s*$/im },

  // The first tells the VLANs, configured and in force; the second whether the port is shut.
  read: (port) => [`show interfaces switchport ${port}`, `show interfaces configuration ${port}`],
  parse: (port, [switchport = '', configuration = '']) => parsePowerConnectPort(port, switchport, configuration),

  change(port, want) {
    const vlans = want.native === null ? want.tagged : [want.native, ...want.tagged];
    return [
      'configure',
      `interface ${port}`,
      'shutdown',
      'exit',
      // A port takes no VLAN that does not exist.
      ...(vlans.length === 0 ? [] : ['vlan database', ...formatVlans(vlans, longestList).map((list) => `vlan ${list}`), 'exit']),
      `interface ${port}`,
      // Before the mode, where the release takes it there: a fresh trunk may carry every VLAN. After it, lest the mode reset it.
      { line: 'switchport trunk allowed vlan none', mayFail: true },
      'switchport mode trunk',
      'switchport trunk allowed vlan none',
      'switchport trunk native vlan none',
      ...formatVlans(vlans, longestList).map((list) => `switchport trunk allowed vlan add ${list}`),
      ...(want.native === null ? [] : [`switchport trunk native vlan ${want.native}`]),
      'end',
    ];
  },
  enable: (port) => ['configure', `interface ${port}`, 'no shutdown', 'end'],
  shut: (port) => ['configure', `interface ${port}`, 'shutdown', 'end'],

  save: {
    step: {
      line: 'copy running-config startup-config',
      questions: [
        {
          // Its default is no, and it takes a single key.
          asked: /Overwrite file \[startup-config\] ?(?:\?\[Yes\/press any key for no\]|\.* ?\(Y\/N\)(?: ?\[N\])? ?\?)[. ]*$/i,
          reply: 'y',
          key: true,
        },
      ],
    },
    done: /Copy succeeded|%COPY-N-TRAP: The copy operation was completed successfully/,
    busy: locked,
  },
};

/** The driver for switches of type `powerconnect55xx`, over telnet and SSH. */
export const powerconnect55xx = consoleSwitch(powerconnect55xxFamily);
