import { ConsoleShell } from '../console.ts';
import type { SimulatedDevice } from '../simulated-device.ts';
import type { Configuration } from './configuration.ts';

/** Where in the tree of modes a session stands. */
export type Mode =
  | { readonly kind: 'user' | 'exec' | 'config' }
  | { readonly kind: 'interface'; readonly interfaces: readonly string[] }
  | { readonly kind: 'vlan'; readonly vlans: readonly number[] };

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

function suffix(mode: Mode): string {
  if (mode.kind === 'interface') return mode.interfaces.length === 1 ? `(config-if-${mode.interfaces[0]})` : '(config-if)';
  if (mode.kind === 'vlan') return mode.vlans.length === 1 ? `(config-vlan${mode.vlans[0]})` : '(config-vlan)';
  return mode.kind === 'config' ? '(config)' : '';
}
