import { ConsoleShell } from '../console.ts';
import type { SimulatedDevice } from '../simulated-device.ts';
import type { Configuration } from './configuration.ts';
import { grouped, shortName } from './port-names.ts';

/** Where in the tree of modes a session stands. */
export type Mode =
  | { readonly kind: 'user' | 'exec' | 'config' }
  | { readonly kind: 'interface'; readonly interfaces: readonly string[] }
  | { readonly kind: 'vlan'; readonly vlan: number };

/** What the commands of one session work on. */
export class Shell extends ConsoleShell<Configuration> {
  mode: Mode;

  constructor(device: SimulatedDevice<Configuration>, username: string, landing: 'user' | 'exec') {
    super(device, username);
    this.mode = { kind: landing };
  }

  override get prompt(): string {
    const { mode } = this;
    return this.device.hostname + (mode.kind === 'user' ? '>' : `${suffix(mode)}#`);
  }

  /** Goes to another mode. */
  enter(mode: Mode): void {
    this.mode = mode;
  }
}

/** A shell whose every line is a lie: what it changes it sees itself, and nobody else does. */
export class PretendingShell extends Shell {
  #pretended: Configuration | null = null;
  override lying = true;

  override get configuration(): Configuration {
    return this.#pretended ?? super.configuration;
  }

  override change(edit: (running: Configuration) => void): void {
    this.#pretended ??= structuredClone(super.configuration);
    edit(this.#pretended);
  }
}

/** `(conf-if-gi-1/3)`: other than on most switches the word is "conf". */
function suffix(mode: Mode): string {
  if (mode.kind === 'vlan') return `(conf-if-vl-${mode.vlan})`;
  if (mode.kind === 'interface') {
    const names = mode.interfaces.length === 1 ? mode.interfaces.map(shortName) : grouped(mode.interfaces);
    const where = names.join(',').toLowerCase().replaceAll(' ', '-');
    return mode.interfaces.length === 1 ? `(conf-if-${where})` : `(conf-if-range-${where})`;
  }
  return mode.kind === 'config' ? '(conf)' : '';
}
