import { understandByMode } from '../console.ts';
import type { SimulatedSwitch } from '../simulated-switch.ts';
import { type SwitchOptions, startSwitch } from '../switch-simulator.ts';
import { NOTHING } from '../switchport/parameters.ts';
import { os10Commands } from './commands.ts';
import { DEFAULT_VLAN, os10Configuration } from './configuration.ts';
import { piped } from './output-filter.ts';
import { PORT_NAME } from './parameters.ts';
import { Shell } from './shell.ts';
import { WORDING } from './wording.ts';

const MORE = '--More--';

/** What a simulated OS10 switch is made of; its ports are named `ethernet1/1/1`. */
export interface DellOs10Options extends SwitchOptions {
  /**
   * Where `no switchport access vlan` leaves the untagged frames of a trunk: nowhere, as in a capture of an S4112F-ON (the
   * default), or in the default VLAN. Those of an access port are in the default VLAN.
   */
  readonly unsetAccess?: 'none' | 'default-vlan';
  /** Whether `default interface` asks `[confirm yes/no]:`, as some releases do. False by default. */
  readonly confirmDefault?: boolean;
  /** Whether `copy running-configuration startup-configuration` says that it is done. False by default; no capture was found. */
  readonly saysCopied?: boolean;
}

/** Starts a simulated Dell switch with OS10 (SmartFabric OS10 10.5), as `startSwitch` does. */
export function startDellOs10(options: DellOs10Options): Promise<SimulatedSwitch> {
  const { ports, unsetAccess = 'none', confirmDefault = false, saysCopied = false } = options;
  const commands = os10Commands({ ports, unsetAccess: unsetAccess === 'none' ? null : DEFAULT_VLAN, confirmDefault, saysCopied });
  return startSwitch(
    {
      type: 'dell-os10',
      portName: { pattern: PORT_NAME, example: 'ethernet1/1/1' },
      sessions: 10,
      model: os10Configuration,
      console: {
        login: {
          title: '\r\nDebian GNU/Linux 9\r\n\r\nDell EMC Networking Operating System (OS10)',
          user: (hostname) => `${hostname} login: `,
          password: 'Password: ',
          tries: 3,
          failure: '\nLogin incorrect\n',
        },
        sshLogin: 'protocol',
        openShell: (device, username) => new Shell(device, username),
        banner: ({ device }) => banner(device.hostname),
        promptLead: () => '',
        lineEnd: '\r\n',
        understand: piped(understandByMode(commands, WORDING, NOTHING)),
        refusal: (_shell, { message }) => `${message}\n`,
        invalid: WORDING.invalid,
        pager: {
          more: MORE,
          erase: `\r${' '.repeat(MORE.length)}\r`,
          keys: { ' ': 'screen', '\n': 'line', q: 'stop', '\x03': 'stop' },
        },
        terminal: { columns: 80, rows: 24, widest: 512 },
        logLine,
        controlZ: 'end',
      },
    },
    options,
  );
}

/** The greeting of the Linux below, and that of OS10 in a frame of signs that prompts are made of too. */
function banner(hostname: string): string {
  return [
    `Linux ${hostname} 4.19.132 #1 SMP Debian 4.19.132-1 x86_64`,
    '',
    'The programs included with the Debian GNU/Linux system are free software;',
    'the exact distribution terms for each program are described in the',
    'individual files in /usr/share/doc/*/copyright.',
    '-*-*-*-*-*-*-*-*-*-*-*-*-*-*-*-*-*-*-*-*-*-*-*-*-*-*-*-*-*-*-*-',
    '-* Dell EMC Network Operating System (OS10)                 *-',
    '-*                    (simulated) #10.5 >                   *-',
    '-*-*-*-*-*-*-*-*-*-*-*-*-*-*-*-*-*-*-*-*-*-*-*-*-*-*-*-*-*-*-*-',
    '',
  ].join('\n');
}

/** A line of the log as it comes to the terminal (captured on an S4112F-ON). */
function logLine({ device: { hostname, ports }, mode }: Shell): string {
  const name = (mode.kind === 'interface' ? mode.interfaces[0] : undefined) ?? ports[0] ?? 'ethernet1/1/1';
  const time = new Date().toISOString().replace('Z', '417+00:00');
  return `<165>1 ${time} ${hostname} dn_alm 812 - - Node.1-Unit.1:PRI [event], Dell EMC (OS10) %IFM_OSTATE_UP: Interface operational state is up :${name}`;
}
