import { understandByMode } from '../console.ts';
import { canonicalName, NOTHING } from '../dell/parameters.ts';
import type { SimulatedSwitch } from '../simulated-switch.ts';
import { type SwitchOptions, startSwitch } from '../switch-simulator.ts';
import { dellN3000Commands } from './commands.ts';
import { dellN3000Configuration, PORT_TYPES } from './configuration.ts';
import { Management } from './management.ts';
import { Shell } from './shell.ts';
import { refusal, WORDING } from './wording.ts';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const MORE = '--More-- or (q)uit';

/** What a simulated N3000 is made of; its ports are named `Gi1/0/1` or `Te1/0/1`, in whatever case. */
export interface DellN3000Options extends SwitchOptions {
  /** Where a login leads: to the mode below the privileged one (the default), whatever the role, or straight to that. */
  readonly landing?: 'user' | 'exec';
  /** What `enable` asks for; without it, it asks nothing. */
  readonly enablePassword?: string;
  /** Whether lines about trunking are refused on a port that is no trunk, as older kin does. True by default. */
  readonly trunkModeFirst?: boolean;
}

/** Starts a simulated Dell N3024 or N3048 (DNOS 6.3), as `startSwitch` does. */
export function startDellN3000(options: DellN3000Options): Promise<SimulatedSwitch> {
  const { landing = 'user', enablePassword, trunkModeFirst = true } = options;
  const ports = options.ports.map((name) => canonicalName(PORT_TYPES, name));
  const management = new Management();
  const commands = dellN3000Commands({ ports, enablePassword, trunkModeFirst, management });
  return startSwitch(
    {
      type: 'delln3000',
      portName: { pattern: /^(Gi|Te|Fo|Tw)\d\/\d\/\d{1,2}$/, example: 'Gi1/0/1' },
      sessions: 5,
      model: dellN3000Configuration,
      console: {
        login: { title: '', user: () => 'User:', password: 'Password:', stars: true, tries: 3, failure: '\nLogin incorrect\n\n' },
        sshLogin: 'protocol',
        openShell: (device, username) => new Shell(device, username, landing),
        banner: () => '',
        // An empty line stands before every prompt but that after a bare return.
        promptLead: (_shell, line) => (line?.trim() === '' ? '' : '\r\n'),
        lineEnd: '\r\n',
        understand: management.waiting(understandByMode(commands, WORDING, NOTHING)),
        refusal,
        invalid: WORDING.invalid,
        pager: { more: MORE, erase: `\r${' '.repeat(MORE.length)}\r`, keys: { ' ': 'screen', '\n': 'line', q: 'stop' } },
        terminal: { columns: 80, rows: 24, widest: 511 },
        logLine,
        controlZ: 'end',
      },
    },
    { ...options, ports },
  );
}

/** A line as the log of this family has them, with the place in the source and a number. */
function logLine({ device: { hostname, ports }, mode }: Shell): string {
  const name = (mode.kind === 'interface' ? mode.interfaces[0] : undefined) ?? ports[0] ?? 'Gi1/0/1';
  const now = new Date();
  const time = `${MONTHS[now.getUTCMonth()]} ${String(now.getUTCDate()).padStart(2)} ${now.toISOString().slice(11, 19)}`;
  return `<189> ${time} ${hostname}-1 TRAPMGR[trapTask]: traputil.c(721) 4711 %% NOTE Link Up: ${name}`;
}
