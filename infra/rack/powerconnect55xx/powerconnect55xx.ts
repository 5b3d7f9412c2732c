import { refusalAtCaret, understandByMode } from '../console.ts';
import { canonicalName, NOTHING } from '../dell/parameters.ts';
import type { SimulatedSwitch } from '../simulated-switch.ts';
import { type SwitchOptions, startSwitch } from '../switch-simulator.ts';
import { powerConnectCommands } from './commands.ts';
import { PORT_TYPES, powerConnectConfiguration } from './configuration.ts';
import type { SaveQuestion } from './save.ts';
import { ConfigurationLock, Shell } from './shell.ts';
import type { SwitchportForm } from './show-switchport.ts';
import { logTime } from './time.ts';
import type { LostVlan } from './vlan-changes.ts';
import { WORDING } from './wording.ts';

const MORE = 'More: <space>,  Quit: q or CTRL+Z, One line: <return> ';

/** What a simulated PowerConnect 55xx is made of; its ports are named `gi1/0/5` or `te1/0/1`, or all without the slot: `gi1/5`. */
export interface PowerConnect55xxOptions extends SwitchOptions {
  /** Where a login leads: to the privileged mode (level 15, the default), or to the one below. */
  readonly landing?: 'user' | 'exec';
  /** What `enable` asks for; without it, it asks nothing. */
  readonly enablePassword?: string;
  /** Who asks for the password over SSH. A 5500 has its shell do that behind authentication `none`; others of the name do not. */
  readonly sshLogin?: 'shell' | 'protocol';
  readonly saveQuestion?: SaveQuestion;
  readonly switchportForm?: SwitchportForm;
  readonly lostVlan?: LostVlan;
}

/** Starts a simulated Dell PowerConnect 5524 or 5548 (firmware 4.1), as `startSwitch` does. */
export function startPowerConnect55xx(options: PowerConnect55xxOptions): Promise<SimulatedSwitch> {
  const { landing = 'exec', sshLogin = 'shell' } = options;
  const ports = options.ports.map((name) => canonicalName(PORT_TYPES, name));
  const lock = new ConfigurationLock();
  const commands = powerConnectCommands({
    ports,
    enablePassword: options.enablePassword,
    saveQuestion: options.saveQuestion ?? 'press any key',
    switchportForm: options.switchportForm ?? 'VLANs Enabled',
    lostVlan: options.lostVlan ?? 'inactive',
  });
  return startSwitch(
    {
      type: 'powerconnect55xx',
      portName: { pattern: /^(gi|te)\d\/(0\/)?\d{1,2}$/, example: 'gi1/0/5' },
      sessions: 5,
      model: powerConnectConfiguration,
      console: {
        login: {
          title: '',
          user: () => 'User Name:',
          password: 'Password:',
          stars: true,
          tries: 3,
          failure: 'authentication failed\n',
        },
        sshLogin,
        openShell: (device, username) => new Shell(device, username, { landing, lock }),
        banner: () => '\n',
        // Only a bare return has the prompt drawn anew, with an escape sequence before the host name (HIL, capture).
        promptLead: (_shell, line) => (line?.trim() === '' ? '\r\r\x1b[K' : ''),
        lineEnd: '\r\n',
        understand: understandByMode(commands, WORDING, NOTHING),
        refusal: refusalAtCaret,
        invalid: WORDING.invalid,
        pager: {
          more: `\x1b[0m${MORE}`,
          erase: `\r${' '.repeat(MORE.length)}\r\x1b[K`,
          keys: { ' ': 'screen', '\n': 'line', a: 'all', q: 'stop', '\x1a': 'stop' },
        },
        terminal: { columns: 80, rows: 24, widest: 511 },
        logLine,
        controlZ: 'end',
      },
    },
    { ...options, ports },
  );
}

function logLine({ device: { ports }, mode }: Shell): string {
  const name = (mode.kind === 'interface' ? mode.interfaces[0] : undefined) ?? ports[0] ?? 'gi1/0/1';
  return `${logTime(new Date())} %LINK-I-Up:  ${name}`;
}
