import type { SimulatedSwitch } from '../simulated-switch.ts';
import { type SwitchOptions, startSwitch } from '../switch-simulator.ts';
import { junosConfiguration } from './configuration.ts';
import { Editing } from './editing.ts';
import { type JunosSetting, Shell } from './shell.ts';
import { GREETING } from './show-system.ts';
import { understandJunos } from './understand.ts';
import { refusal, WORDING } from './wording.ts';

const MINUTE = 60_000;
const ERASE_WIDTH = 40;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** What a simulated EX or QFX is made of; its ports are named `ge-0/0/1`, `xe-0/1/0` or `et-0/0/48`. A commit takes `saveDelay`. */
export interface JunosOptions extends SwitchOptions {
  /** Where a login lands: in the CLI (the default), or in the shell of the Unix below, where `cli` starts it. */
  readonly landing?: 'cli' | 'shell';
  /** Whether a line `{master:0}` stands above each prompt, as in a virtual chassis. True by default. */
  readonly virtualChassis?: boolean;
  /** How long a minute of `commit confirmed` is, in milliseconds; 60000 by default. */
  readonly confirmedMinute?: number;
  /** Whether `commit confirmed` may follow `configure private`. False by default: of 2021, only SRX could (PyEZ pull request 954). */
  readonly confirmedInPrivate?: boolean;
}

/** Starts a simulated Juniper switch with ELS (EX4300, Junos 18.4), as `startSwitch` does. */
export function startJunos(options: JunosOptions): Promise<SimulatedSwitch> {
  const setting: JunosSetting = {
    editing: new Editing(),
    landsInShell: options.landing === 'shell',
    isVirtualChassis: options.virtualChassis ?? true,
    confirmedInPrivate: options.confirmedInPrivate ?? false,
    confirmedMinute: options.confirmedMinute ?? MINUTE,
  };
  return startSwitch(
    {
      type: 'junos',
      portName: { pattern: /^(ge|mge|xe|et)-\d{1,2}\/\d\/\d{1,3}(:\d)?$/, example: 'ge-0/0/1' },
      sessions: 75,
      model: junosConfiguration,
      console: {
        login: {
          title: '',
          user: (hostname) => `${hostname} (ttyp0)\n\nlogin: `,
          password: 'Password:',
          tries: 3,
          failure: 'Login incorrect\n',
        },
        sshLogin: 'protocol',
        openShell: (device, username) => new Shell(device, username, setting),
        banner: () => `${GREETING}\n`,
        promptLead: (shell: Shell, line) => {
          const lead = shell.promptLead;
          // The greeting is the empty line above the first prompt.
          return (line === null ? lead.slice(1) : lead).map((text) => `${text}\r\n`).join('');
        },
        lineEnd: '\r\n',
        understand: understandJunos(options.ports),
        refusal,
        invalid: WORDING.invalid,
        pager: {
          more: '---(more)---',
          erase: `\r${' '.repeat(ERASE_WIDTH)}\r`,
          keys: { ' ': 'screen', '\n': 'line', q: 'stop', '\x03': 'stop' },
        },
        terminal: { columns: 80, rows: 24, widest: Number.POSITIVE_INFINITY },
        logLine,
        controlZ: null,
      },
    },
    options,
  );
}

/** A line of the log as `monitor start messages` shows it. */
function logLine({ device: { hostname, ports } }: Shell): string {
  const now = new Date();
  const time = `${MONTHS[now.getUTCMonth()]} ${String(now.getUTCDate()).padStart(2)} ${now.toISOString().slice(11, 19)}`;
  const state = 'ifAdminStatus up(1), ifOperStatus up(1)';
  return `${time}  ${hostname} mib2d[1784]: SNMP_TRAP_LINK_UP: ifIndex 521, ${state}, ifName ${ports[0] ?? 'ge-0/0/0'}`;
}
