import { onTestFinished } from 'vitest';
import { z } from 'zod';
import { command, type Rule, type Wording } from '../../../infra/rack/command-grammar.ts';
import type { CommandService } from '../../../infra/rack/command-service.ts';
import {
  type Action,
  type Console,
  ConsoleShell,
  type Conversation,
  silently,
  understandByMode,
} from '../../../infra/rack/console.ts';
import type { HttpService } from '../../../infra/rack/http-service.ts';
import type { ConfigurationModel } from '../../../infra/rack/simulated-device.ts';
import type { SimulatedSwitch } from '../../../infra/rack/simulated-switch.ts';
import { type SimulatedFamily, type SwitchOptions, startSwitch } from '../../../infra/rack/switch-simulator.ts';
import { type FarEnd, tcp } from './far-end.ts';

/** Who may log in to the plain switch. */
export const LOGIN = { username: 'admin', password: 'Secret9' };

/** What lets a session go on from `>` to `#`. */
export const ENABLE_PASSWORD = 'Open5';

const configurationSchema = z.strictObject({ vlans: z.array(z.int()), ports: z.record(z.string(), z.boolean()) });

type Configuration = z.infer<typeof configurationSchema>;

const model: ConfigurationModel<Configuration> = {
  format: 'plain-1',
  schema: configurationSchema,
  fresh: (ports) => ({ vlans: [1], ports: Object.fromEntries(ports.map((name) => [name, true])) }),
  fitToPorts: ({ vlans, ports: known }, ports) => ({
    vlans,
    ports: Object.fromEntries(ports.map((name) => [name, known[name] ?? true])),
  }),
  port(configuration, name) {
    const enabled = configuration.ports[name];
    return enabled === undefined ? null : { enabled, native: 1, tagged: [] };
  },
  vlans: ({ vlans }) => vlans,
};

class Shell extends ConsoleShell<Configuration> {
  mode: { readonly kind: 'user' | 'exec' } = { kind: 'user' };

  override get prompt(): string {
    return `${this.device.hostname}${this.mode.kind === 'exec' ? '#' : '>'}`;
  }

  override ended(): void {
    ended.push(this.username);
  }
}

/** Whose sessions are over, on all plain switches. */
export const ended: string[] = [];

const WORDING: Wording = {
  invalid: '% Unrecognized command',
  incomplete: '% Incomplete command',
  ambiguous: '% Ambiguous command',
};

const enable: Action<Shell, object> = (shell) => async (talk) => {
  const given = await talk.ask('Password:', { echo: 'nothing' });
  if (given !== ENABLE_PASSWORD) return talk.print('% Bad password\n');
  shell.mode = { kind: 'exec' };
};

const write: Conversation = async (talk) => {
  const key = await talk.ask('Overwrite file [startup-config].... (Y/N)[N] ?', { key: true });
  if (!/^y$/i.test(key)) return talk.print('\n');
  const saved = talk.save();
  if (saved === null) return talk.print('\n% Busy\n');
  await saved;
  talk.print('\nCopy succeeded\n');
};

const copy: Conversation = async (talk) => {
  const answer = await talk.ask('Destination filename [startup-config]? ');
  if (answer !== '' && answer !== 'startup-config') return talk.print(`%Error opening ${answer}\n`);
  await talk.pause(1);
  await talk.save();
  talk.print('[OK]\n');
};

const logout = command(
  silently((shell: Shell) => {
    shell.loggedOut = true;
  }),
  'exit',
);

const rules: Record<Shell['mode']['kind'], Rule<object, Action<Shell, object>>[]> = {
  user: [logout, command(enable, 'enable')],
  exec: [
    logout,
    command(() => write, 'write'),
    command(() => copy, 'copy running-config startup-config'),
    command(() => Array.from({ length: 60 }, (_, index) => `line ${index + 1}\n`).join(''), 'show lines'),
    command(
      silently((shell: Shell) => shell.change((running) => running.vlans.push(100))),
      'vlan',
    ),
  ],
};

const plainConsole: Console<Configuration, Shell> = {
  login: { title: '', user: () => '\nUser Name:', password: 'Password:', stars: true, tries: 2, failure: '\n% Bad login\n' },
  sshLogin: 'protocol',
  openShell: (device, username) => new Shell(device, username),
  banner: () => '\nWelcome\n',
  promptLead: (_shell, line) => (line === '' ? '\r\n\r\r\x1b[K' : ''),
  lineEnd: '\r\n',
  understand: understandByMode(rules, WORDING, {}),
  refusal: (_shell, { message }, line) => `${message}: ${line}\n`,
  invalid: WORDING.invalid,
  pager: {
    more: 'More: <space>,  Quit: q or CTRL+Z, One line: <return> ',
    erase: '\r\x1b[K',
    keys: { ' ': 'screen', '\n': 'line', a: 'all', q: 'stop', '\x1a': 'stop' },
  },
  terminal: { columns: 80, rows: 24, widest: 512 },
  logLine: () => '22-Nov-2026 17:28:26 %LINK-I-Up:  p1',
  controlZ: null,
};

const commands: CommandService<Configuration> = {
  async run(session, line) {
    if (line === 'vlan add 100') {
      session.change(({ vlans }) => vlans.push(100));
      return { stdout: '', stderr: '', code: 0 };
    }
    if (line === 'save') await session.save();
    if (line === 'vlan list') return { stdout: `${session.configuration.vlans.join('\n')}\n`, stderr: 'done\n', code: 0 };
    return { stdout: '', stderr: 'Error: no such command\n', code: 2 };
  },
  refusal: () => ({ stdout: '', stderr: 'Error: refused\n', code: 1 }),
  warning: () => 'sudo: unable to resolve host',
};

const http: HttpService<Configuration> = {
  realm: 'plain',
  tls: false,
  answer(session, { method, path, body }) {
    if (path !== '/vlans') return { status: 404, body: '{"error":"no such thing"}' };
    if (method === 'GET') return { status: 200, body: JSON.stringify(session.configuration.vlans) };
    session.change(({ vlans }) => vlans.push(Number(body)));
    return { status: 204, body: '' };
  },
  refusal: () => ({ status: 400, body: '{"error":"refused"}' }),
};

/** What a plain switch offers; each test says which of it. */
export const services = {
  console: { console: plainConsole },
  radlan: { console: { ...plainConsole, sshLogin: 'shell' } },
  commands: { commands },
  http: { http },
  https: { http: { ...http, tls: true } },
} satisfies Record<string, Partial<SimulatedFamily<Configuration, Shell>>>;

/** Starts a switch of a family made up for tests of what all families share. */
export async function startPlain(
  offered: Partial<SimulatedFamily<Configuration, Shell>>,
  options: Partial<SwitchOptions> = {},
): Promise<SimulatedSwitch> {
  const family = { type: 'plain', portName: { pattern: /^p\d$/, example: 'p1' }, sessions: 4, model, ...offered };
  const simulated = await startSwitch(family, { hostname: 'sw1', ports: ['p1', 'p2'], ...LOGIN, ...options });
  onTestFinished(() => simulated.close());
  return simulated;
}

/** A telnet session at its first prompt, or behind `enable`. */
export async function session(simulated: SimulatedSwitch, { enabled = true } = {}): Promise<FarEnd> {
  const far = await tcp(simulated.tcpPort('telnet'));
  far.send(`${LOGIN.username}\r\n${LOGIN.password}\r\n`);
  await far.until('sw1>');
  if (!enabled) return far;
  far.send(`enable\r\n${ENABLE_PASSWORD}\r\n`);
  await far.until('sw1#');
  return far;
}
