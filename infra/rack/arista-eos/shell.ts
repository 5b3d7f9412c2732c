import { ConsoleShell } from '../console.ts';
import type { SimulatedDevice } from '../simulated-device.ts';
import type { Configuration } from './configuration.ts';
import type { ConfigurationSession, ConfigurationSessions } from './configuration-sessions.ts';
import { shortName } from './interface-names.ts';

/** Characters of the name of a configuration session that prompts show; the rest is cut off. */
const NAME_IN_PROMPT = 6;

/** Where in the tree of modes a session stands. */
export type Mode =
  | { readonly kind: 'user' | 'exec' | 'config' }
  | { readonly kind: 'interface'; readonly interfaces: readonly string[]; readonly numbers: string }
  | { readonly kind: 'vlan'; readonly vlans: readonly number[]; readonly list: string };

/** How the switch is set up beside its configuration. */
export interface EosSetting {
  readonly sessions: ConfigurationSessions;
  /** What `enable` asks for; undefined if it asks for nothing. */
  readonly enablePassword: string | undefined;
}

/** What the commands of one session work on. In a configuration session changes go to its candidate. */
export class Shell extends ConsoleShell<Configuration> {
  mode: Mode = { kind: 'user' };
  readonly setting: EosSetting;
  readonly terminal: string;
  #session: ConfigurationSession | null = null;

  constructor(device: SimulatedDevice<Configuration>, username: string, setting: EosSetting) {
    super(device, username);
    this.setting = setting;
    this.terminal = setting.sessions.nextTerminal();
  }

  override get prompt(): string {
    const { hostname } = this.device;
    const { mode } = this;
    if (mode.kind === 'user') return `${hostname}>`;
    if (mode.kind === 'exec') return `${hostname}#`;
    const place = {
      config: '',
      interface: mode.kind === 'interface' ? `-if-${shortName('Ethernet')}${mode.numbers}` : '',
      vlan: mode.kind === 'vlan' ? `-vlan-${mode.list}` : '',
    }[mode.kind];
    const session = this.#session === null ? '' : `-s-${this.#session.name.slice(0, NAME_IN_PROMPT)}`;
    return `${hostname}(config${session}${place})#`;
  }

  /** The configuration session one is in. */
  get session(): ConfigurationSession | null {
    return this.#session;
  }

  /** What configuration commands see and change: the candidate, or the running configuration. */
  get edited(): Configuration {
    return this.#session?.candidate ?? this.configuration;
  }

  override change(edit: (configuration: Configuration) => void): void {
    if (this.#session === null) super.change(edit);
    else edit(this.lying ? structuredClone(this.#session.candidate) : this.#session.candidate);
  }

  /** Enters a configuration session. */
  join(session: ConfigurationSession): void {
    this.#leaveSession();
    this.#session = session;
    session.visitors.push({ user: this.username, terminal: this.terminal });
    this.mode = { kind: 'config' };
  }

  /** Goes to another mode; out of configuration, the session stays as it is and waits. */
  enter(mode: Mode): void {
    this.mode = mode;
    if (mode.kind === 'exec' || mode.kind === 'user') this.#leaveSession();
  }

  /** Puts a candidate in the place of the running configuration, with what others changed meanwhile. */
  commit({ candidate }: ConfigurationSession): void {
    super.change((running) => Object.assign(running, structuredClone(candidate)));
  }

  override ended(): void {
    this.#leaveSession();
  }

  #leaveSession(): void {
    const visitors = this.#session?.visitors ?? [];
    const mine = visitors.findIndex(({ terminal }) => terminal === this.terminal);
    if (mine >= 0) visitors.splice(mine, 1);
    this.#session = null;
  }
}
