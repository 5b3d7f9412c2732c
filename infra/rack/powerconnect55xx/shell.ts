import { ConsoleShell } from '../console.ts';
import type { SimulatedDevice } from '../simulated-device.ts';
import type { Configuration } from './configuration.ts';

/** Where in the tree of modes a session stands; `vlan` is the interface of a VLAN, where it gets its name. */
export type Mode =
  | { readonly kind: 'user' | 'exec' | 'config' | 'vlan database' }
  | { readonly kind: 'interface'; readonly interfaces: readonly string[]; readonly range: boolean }
  | { readonly kind: 'vlan'; readonly vlan: number };

/** Who is changing the configuration of one switch: nobody, or one session until it leaves the configuration modes. */
export class ConfigurationLock {
  #holder: Shell | null = null;

  /** Takes the lock; says whether the session has it now. */
  take(shell: Shell): boolean {
    this.#holder ??= shell;
    return this.#holder === shell;
  }

  /** Gives the lock back if the session has it. */
  giveBack(shell: Shell): void {
    if (this.#holder === shell) this.#holder = null;
  }
}

/** What the commands of one session work on. */
export class Shell extends ConsoleShell<Configuration> {
  mode: Mode;
  /** Where the login led; leaving the privileged mode leads back there. */
  readonly landed: 'user' | 'exec';
  readonly #lock: ConfigurationLock;

  constructor(
    device: SimulatedDevice<Configuration>,
    username: string,
    { landing, lock }: { landing: 'user' | 'exec'; lock: ConfigurationLock },
  ) {
    super(device, username);
    this.landed = landing;
    this.mode = { kind: landing };
    this.#lock = lock;
  }

  override get prompt(): string {
    const { mode } = this;
    if (mode.kind === 'interface') return `${this.device.hostname}${mode.range ? '(config-if-range)#' : '(config-if)#'}`;
    const suffix = { user: '>', exec: '#', config: '(config)#', 'vlan database': '(config-vlan)#', vlan: '(config-if)#' };
    return this.device.hostname + suffix[mode.kind];
  }

  /** Goes to another mode. */
  enter(mode: Mode): void {
    this.mode = mode;
    if (mode.kind === 'user' || mode.kind === 'exec') this.#lock.giveBack(this);
  }

  /** Whether this session may change the configuration; from now on no other may. */
  takeLock(): boolean {
    return this.#lock.take(this);
  }

  override ended(): void {
    this.#lock.giveBack(this);
  }
}
