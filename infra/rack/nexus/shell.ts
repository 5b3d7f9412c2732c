import { ConsoleShell } from '../console.ts';
import { type Configuration, defaultVlanName } from './configuration.ts';

/**
 * Where in the tree of configuration modes a session stands. A VLAN entered is created, and its new name taken, when its mode
 * is left; unless it was entered by a line that only looked carried out (`real` is false).
 */
export type Mode =
  | { readonly kind: 'exec' | 'config' }
  | { readonly kind: 'interface'; readonly interfaces: readonly string[] }
  | { readonly kind: 'vlan'; readonly vlans: readonly number[]; readonly name: string | null; readonly real: boolean };

/** What the commands of one session work on. */
export class Shell extends ConsoleShell<Configuration> {
  mode: Mode = { kind: 'exec' };

  override get prompt(): string {
    const range = this.mode.kind === 'interface' && this.mode.interfaces.length > 1;
    const suffix = {
      exec: '',
      config: '(config)',
      interface: range ? '(config-if-range)' : '(config-if)',
      vlan: '(config-vlan)',
    };
    return `${this.device.hostname}${suffix[this.mode.kind]}# `;
  }

  /** Goes to another mode; leaving a VLAN is what creates it. */
  enter(mode: Mode): void {
    const left = this.mode;
    this.mode = mode;
    if (left.kind !== 'vlan' || !left.real) return;
    this.change(({ vlans }) => {
      for (const vlan of left.vlans) vlans[vlan] = left.name ?? vlans[vlan] ?? defaultVlanName(vlan);
    });
  }
}
