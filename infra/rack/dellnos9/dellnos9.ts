import { understandByMode } from '../console.ts';
import { NOTHING } from '../dell/parameters.ts';
import type { SimulatedSwitch } from '../simulated-switch.ts';
import { type SwitchOptions, startSwitch } from '../switch-simulator.ts';
import { dellNos9Commands } from './commands.ts';
import { dellNos9Configuration } from './configuration.ts';
import { withFilters } from './output-filter.ts';
import { nameInside, shortName } from './port-names.ts';
import { answerRest, refusedRest } from './rest.ts';
import { Flash } from './save.ts';
import { Shell } from './shell.ts';
import { refusal, WORDING } from './wording.ts';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const MORE = '--More--';

/** What a simulated OS 9 switch is made of; its ports are named `1/3`, or `fortyGigE1/49` if they are of another type than most. */
export interface DellNos9Options extends SwitchOptions {
  /** The type of ports that are named by numbers alone. */
  readonly interfaceType?: string;
  /** Whether its REST server speaks HTTPS instead of HTTP. */
  readonly tls?: boolean;
  /** Where a login leads: straight to the privileged mode (the default), as with privilege 15, or below it. */
  readonly landing?: 'user' | 'exec';
  /** What `enable` asks for; without it, it asks nothing. */
  readonly enablePassword?: string;
}

/** Starts a simulated Dell S3048-ON (Networking OS 9.14): telnet, SSH and the REST server, as `startSwitch` does. */
export function startDellNos9(options: DellNos9Options): Promise<SimulatedSwitch> {
  const { interfaceType = 'GigabitEthernet', tls = false, landing = 'exec', enablePassword, hostname } = options;
  const ports = options.ports.map((name) => nameInside(name, interfaceType));
  const commands = dellNos9Commands({ ports, enablePassword, flash: new Flash() });
  const understand = withFilters(understandByMode(commands, WORDING, NOTHING));
  return startSwitch(
    {
      type: 'dellnos9',
      portName: { pattern: /^(Gi|Te|Tf|Fo|Fi|Hu|PeGi)\d{1,2}\/\d{1,2}(\/\d{1,2})?$/, example: '1/3' },
      sessions: 10,
      model: dellNos9Configuration(interfaceType),
      console: {
        login: {
          title: '',
          user: () => 'Login: ',
          password: 'Password: ',
          tries: 3,
          failure: '% Error: Access denied.\n',
        },
        sshLogin: 'protocol',
        openShell: (device, username) => new Shell(device, username, landing),
        banner: () => '',
        promptLead: () => '',
        lineEnd: '\r\n',
        understand,
        refusal,
        invalid: WORDING.invalid,
        pager: { more: MORE, erase: `\r${' '.repeat(MORE.length)}\r`, keys: { ' ': 'screen', '\n': 'line', q: 'stop' } },
        terminal: { columns: 80, rows: 24, widest: 511 },
        logLine,
        controlZ: 'end',
      },
      http: {
        realm: 'Dell Networking OS REST',
        tls,
        answer: (session, request) => answerRest(session, request, understand),
        refusal: (request) => refusedRest(hostname, request),
      },
    },
    { ...options, ports },
  );
}

/** A line as the log of this family has them. */
function logLine({ device: { ports }, mode }: Shell): string {
  const name = (mode.kind === 'interface' ? mode.interfaces[0] : undefined) ?? ports[0] ?? 'Gi1/1';
  const now = new Date();
  const time = `${MONTHS[now.getUTCMonth()]} ${String(now.getUTCDate()).padStart(2)} ${now.toISOString().slice(11, 19)}`;
  return `${time} %STKUNIT1-M:CP %IFMGR-5-OSTATE_UP: Changed interface state to up: ${shortName(name)}`;
}
