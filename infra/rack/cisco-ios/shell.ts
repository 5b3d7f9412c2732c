import { ConsoleShell } from '../console.ts';
import type { SimulatedDevice } from '../simulated-device.ts';
import { defaultVlanName } from '../switchport/switchport.ts';
import { type Configuration, FOREIGN_VLANS, LAST_NORMAL_VLAN } from './configuration.ts';

/** Characters of the host name that prompts of configuration modes show; the rest is cut off. */
const HOSTNAME_IN_CONFIGURATION = 20;

/**
 * Where in the tree of modes a session stands. A VLAN entered is created, and its new name taken, when its mode is left; unless
 * it was entered by a line that only looked carried out (`real` is false).
 */
export type Mode =
  | { readonly kind: 'user' | 'exec' | 'config' }
  | { readonly kind: 'interface'; readonly interfaces: readonly string[]; readonly isRange: boolean }
  | { readonly kind: 'vlan'; readonly vlans: readonly number[]; readonly name: string | null; readonly real: boolean };

/** What is special about one model of Catalyst, and how it is set up beside its configuration. */
export interface CatalystSetting {
  /** Whether the model also knows ISL, so that trunks must be told their encapsulation. */
  readonly knowsIsl: boolean;
  readonly vtp: 'server' | 'transparent';
  /** What `enable` asks for; undefined if it asks for nothing. */
  readonly enablePassword: string | undefined;
  /** Where a login lands: 1 is `>`, 15 is `#`. */
  readonly privilege: 1 | 15;
}

/** What the commands of one session work on. */
export class Shell extends ConsoleShell<Configuration> {
  mode: Mode;
  readonly setting: CatalystSetting;

  constructor(device: SimulatedDevice<Configuration>, username: string, setting: CatalystSetting) {
    super(device, username);
    this.setting = setting;
    this.mode = { kind: setting.privilege === 15 ? 'exec' : 'user' };
  }

  override get prompt(): string {
    const { mode, device } = this;
    if (mode.kind === 'user') return `${device.hostname}>`;
    if (mode.kind === 'exec') return `${device.hostname}#`;
    const range = mode.kind === 'interface' && mode.isRange;
    const suffix = { config: 'config', interface: range ? 'config-if-range' : 'config-if', vlan: 'config-vlan' }[mode.kind];
    return `${device.hostname.slice(0, HOSTNAME_IN_CONFIGURATION)}(${suffix})#`;
  }

  /** Whether a VLAN can be made here: VTP versions 1 and 2 have no room for the extended range but in transparent mode. */
  canCreate(vlan: number): boolean {
    return vlan <= LAST_NORMAL_VLAN || this.setting.vtp === 'transparent';
  }

  /** Goes to another mode, and returns what is printed on the way; leaving a VLAN is what creates it. */
  enter(mode: Mode): string {
    const left = this.mode;
    this.mode = mode;
    if (left.kind !== 'vlan') return '';
    if (left.real) {
      this.change(({ vlans }) => {
        for (const vlan of left.vlans) {
          if (this.canCreate(vlan) && !(vlan in FOREIGN_VLANS)) vlans[vlan] = left.name ?? vlans[vlan] ?? defaultVlanName(vlan);
        }
      });
    }
    const failed = left.vlans.filter((vlan) => !this.canCreate(vlan));
    if (failed.length === 0) return '';
    return `% Failed to create VLANs ${failed.join(',')}\nExtended VLAN(s) not allowed in current VTP mode.\n%Failed to commit extended VLAN(s) changes.\n`;
  }
}
