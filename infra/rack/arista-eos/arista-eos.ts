import type { SimulatedSwitch } from '../simulated-switch.ts';
import { type SwitchOptions, startSwitch } from '../switch-simulator.ts';
import { eosConfiguration } from './configuration.ts';
import { ConfigurationSessions } from './configuration-sessions.ts';
import { PORT_NAME } from './interface-names.ts';
import { Shell } from './shell.ts';
import { understandEos } from './understand.ts';
import { WORDING } from './wording.ts';

/** What a simulated Arista switch is made of; its ports are named `Ethernet1` or `Ethernet49/1`. */
export interface AristaEosOptions extends SwitchOptions {
  /** What `enable` asks for. Without it, as EOS comes, `enable` asks for nothing. */
  readonly enablePassword?: string;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Starts a simulated Arista switch (EOS 4.29), as `startSwitch` does. It is to be reached by SSH; telnet is as good as turned off. */
export function startAristaEos(options: AristaEosOptions): Promise<SimulatedSwitch> {
  const setting = { sessions: new ConfigurationSessions(), enablePassword: options.enablePassword };
  return startSwitch(
    {
      type: 'arista-eos',
      portName: { pattern: PORT_NAME, example: 'Ethernet1' },
      sessions: 50,
      model: eosConfiguration,
      console: {
        login: {
          title: '',
          user: (hostname) => `${hostname} login: `,
          password: 'Password: ',
          tries: 3,
          failure: '\nLogin incorrect\n',
        },
        sshLogin: 'protocol',
        openShell: (device, username) => new Shell(device, username, setting),
        banner: () => 'Last login: Sun Nov 22 18:04:00 2026 from 192.0.2.7\n',
        promptLead: () => '',
        lineEnd: '\r\n',
        understand: understandEos(options.ports),
        refusal: (_shell, { message }) => `${message}\n`,
        invalid: WORDING.invalid,
        pager: {
          more: ' --More-- ',
          erase: '\r\x1b[K',
          keys: { ' ': 'screen', '\n': 'line', q: 'stop', '\x03': 'stop' },
        },
        terminal: { columns: 80, rows: 24, widest: 32_767 },
        logLine,
        controlZ: 'end',
      },
    },
    options,
  );
}

function logLine({ device: { hostname, ports }, mode }: Shell): string {
  const name = (mode.kind === 'interface' ? mode.interfaces[0] : undefined) ?? ports[0] ?? 'Ethernet1';
  const now = new Date();
  const time = `${MONTHS[now.getUTCMonth()]} ${String(now.getUTCDate()).padStart(2)} ${now.toISOString().slice(11, 19)}`;
  return `${time} ${hostname} Ebra: %LINEPROTO-5-UPDOWN: Line protocol on Interface ${name}, changed state to up`;
}
