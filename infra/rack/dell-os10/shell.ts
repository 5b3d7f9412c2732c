import { ConsoleShell } from '../console.ts';
import type { Configuration } from './configuration.ts';

/** Where in the tree of modes a session stands. `range` is a range as it was typed, null for one port or VLAN. */
export type Mode =
  | { readonly kind: 'exec' | 'config' }
  | { readonly kind: 'interface'; readonly interfaces: readonly string[]; readonly range: string | null }
  | { readonly kind: 'vlan'; readonly vlans: readonly number[]; readonly range: string | null };

/** What the commands of one session work on. */
export class Shell extends ConsoleShell<Configuration> {
  mode: Mode = { kind: 'exec' };

  override get prompt(): string {
    const mode = modeInPrompt(this.mode);
    return `${this.device.hostname}${mode === '' ? '' : `(${mode})`}# `;
  }

  /** Goes to another mode. */
  enter(mode: Mode): void {
    this.mode = mode;
  }
}

function modeInPrompt(mode: Mode): string {
  if (mode.kind === 'vlan') return mode.range === null ? `conf-if-vl-${mode.vlans[0]}` : `conf-range-vl-${mode.range}`;
  if (mode.kind === 'interface') {
    const path = mode.interfaces[0]?.replace('ethernet', 'eth') ?? '';
    return mode.range === null ? `conf-if-${path}` : `conf-range-eth${mode.range}`;
  }
  return mode.kind === 'config' ? 'config' : '';
}
