import type { z } from 'zod';
import type { Credentials } from './access.ts';

/**
 * What the API must know of a switch family to refuse bad input before anything is queued.
 * How to speak to such a switch is the business of `agents/drivers/<type>.ts` alone.
 */
export interface SwitchFamily {
  /** The short name, `nexus`. */
  readonly type: string;
  /** The predecessor's extension name, as `GET /active_extensions` shows it. */
  readonly extension: string;
  /**
   * Fields of a registration besides `type`, `agent` and `idle`. The names of its settings are names of fields, so that what is
   * stored can be parsed again together with what is to be changed.
   */
  readonly registration: z.ZodType<SwitchRegistration>;
  /** Its settings, as they are stored and shown. */
  readonly settings: z.ZodObject;
  /** The canonical name of a port, or null when no port of this family, or of a switch with these settings, is called so. */
  readonly canonicalPort: (label: string, settings: SwitchSettings) => string | null;
  /** What to type, for error texts: `Ethernet1/3 or Ethernet101/1/3`. */
  readonly portNames: string;
  /** Settings on which it depends which port a name means; they stay as they are while the switch has ports. None unless given. */
  readonly namingSettings?: readonly string[];
  /** VLANs that this switch keeps for itself; no network may have them while the switch is registered. */
  readonly reservedVlans: (settings: SwitchSettings) => number[];
  /**
   * `nativeless-trunk-mode`: a port may be up without a native VLAN. Without it the native network comes first and goes last,
   * and a port in no network is shut.
   */
  readonly capabilities: readonly 'nativeless-trunk-mode'[];
}

/** Settings of a switch that are no secret; each family's registration schema says which. */
export type SwitchSettings = Record<string, z.core.util.JSONType>;

/** A registration as parsed: the address, the settings, and the login, undefined when none of its fields was given. */
export interface SwitchRegistration {
  hostname: string;
  port: number;
  credentials: Credentials | undefined;
  settings: SwitchSettings;
}

/** The whole numbers from `first` to `last`, both included. */
export function vlanRange(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
