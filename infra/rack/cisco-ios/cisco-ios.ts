import type { SimulatedSwitch } from '../simulated-switch.ts';
import { type SwitchOptions, startSwitch } from '../switch-simulator.ts';
import { iosConfiguration } from './configuration.ts';
import { PORT_NAME } from './interface-names.ts';
import { type CatalystSetting, Shell } from './shell.ts';
import { understandIos } from './understand.ts';
import { refusalText, WORDING } from './wording.ts';

/** What a simulated Catalyst is made of; its ports are named `GigabitEthernet1/0/1`. */
export interface CiscoIosOptions extends SwitchOptions {
  /** What `enable` asks for. Without it `enable` asks for nothing. */
  readonly enablePassword?: string;
  /** Where a login lands: 1, the default, at `>`; 15 at `#`. */
  readonly privilege?: 1 | 15;
  /** Whether the model also knows ISL, as the 3560 and 3750 do: a trunk must then be told `encapsulation dot1q` first. */
  readonly knowsIsl?: boolean;
  /** A VTP server refuses VLANs above 1005. Transparent by default. */
  readonly vtp?: 'server' | 'transparent';
}

// The question is ten characters wide, and IOS goes back nine: it wipes eight and leaves two blanks to be written over.
const ERASE_MORE = '\b'.repeat(9) + ' '.repeat(8) + '\b'.repeat(9);

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Starts a simulated Cisco Catalyst (IOS 15.2), as `startSwitch` does. */
export function startCiscoIos(options: CiscoIosOptions): Promise<SimulatedSwitch> {
  const { knowsIsl = false, vtp = 'transparent', enablePassword, privilege = 1 } = options;
  const setting: CatalystSetting = { knowsIsl, vtp, enablePassword, privilege };
  return startSwitch(
    {
      type: 'cisco-ios',
      portName: { pattern: PORT_NAME, example: 'GigabitEthernet1/0/1' },
      sessions: 16,
      model: iosConfiguration,
      console: {
        login: {
          title: '\r\nUser Access Verification\r\n',
          user: () => 'Username: ',
          password: 'Password: ',
          tries: 3,
          failure: '% Login invalid\n\n',
        },
        sshLogin: 'protocol',
        openShell: (device, username) => new Shell(device, username, setting),
        banner: () => '\n',
        promptLead: () => '',
        lineEnd: '\r\n',
        understand: understandIos(options.ports, setting),
        refusal: refusalText,
        invalid: WORDING.invalid,
        pager: {
          more: ' --More-- ',
          erase: ERASE_MORE,
          keys: { ' ': 'screen', '\n': 'line', q: 'stop', '\x03': 'stop' },
        },
        terminal: { columns: 80, rows: 24, widest: Number.POSITIVE_INFINITY },
        logLine,
        controlZ: 'end',
      },
    },
    options,
  );
}

/** As `service timestamps log datetime msec` prints it; the star says that nobody set the clock. */
function logLine({ device: { ports }, mode }: Shell): string {
  const name = (mode.kind === 'interface' ? mode.interfaces[0] : undefined) ?? ports[0] ?? 'GigabitEthernet1/0/1';
  const now = new Date();
  const time = `${MONTHS[now.getUTCMonth()]} ${String(now.getUTCDate()).padStart(2)} ${now.toISOString().slice(11, 23)}`;
  return `*${time}: %LINK-3-UPDOWN: Interface ${name}, changed state to up`;
}
