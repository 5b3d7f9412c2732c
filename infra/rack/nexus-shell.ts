import { type Configuration, defaultVlanName } from './nexus-config.ts';
import type { NexusDevice } from './nexus-device.ts';

/**
 * Where in the tree of configuration modes a session stands. A VLAN entered is created, and its new name taken, when its mode
 * is left; unless it was entered by a line that only looked carried out (`real` is false).
 */
export type Mode =
  | { readonly kind: 'exec' | 'config' }
  | { readonly kind: 'interface'; readonly interfaces: readonly string[] }
  | { readonly kind: 'vlan'; readonly vlans: readonly number[]; readonly name: string | null; readonly real: boolean };

/** What the commands of one session work on. */
export class Shell {
  readonly device: NexusDevice;
  readonly username: string;
  mode: Mode = { kind: 'exec' };
  /** Terminal length set in this session, in lines; null as negotiated. */
  length: number | null = null;
  /** Terminal width set in this session, in columns; null as negotiated. */
  width: number | null = null;
  loggedOut = false;
  /** While true, changes are made to a copy that is thrown away: the line looks carried out and is not. */
  lying = false;

  constructor(device: NexusDevice, username: string) {
    this.device = device;
    this.username = username;
  }

  get configuration(): Configuration {
    return this.device.running;
  }

  get prompt(): string {
    const range = this.mode.kind === 'interface' && this.mode.interfaces.length > 1;
    const suffix = {
      exec: '',
      config: '(config)',
      interface: range ? '(config-if-range)' : '(config-if)',
      vlan: '(config-vlan)',
    };
    return `${this.device.hostname}${suffix[this.mode.kind]}# `;
  }

  change(edit: (running: Configuration) => void): void {
    if (this.lying) edit(structuredClone(this.device.running));
    else this.device.change(edit);
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
