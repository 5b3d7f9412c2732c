import type { Transport } from '../../db/devices/access.ts';
import type { SwitchSettings } from '../../db/devices/family.ts';
import type { Dialect, Question } from '../sessions/dialect.ts';
import type { PortFamily } from './port-family.ts';

/** What the settings of every switch with a console hold. */
export type ConsoleSettings = SwitchSettings & {
  readonly transport: Transport;
  /** Offers the SSH algorithms that old switches need. */
  readonly legacy_ssh: boolean;
};

/** A line to type, and what it may ask before it is done. `mayFail`: a refusal is an answer like any other. */
export type ConsoleStep = string | { readonly line: string; readonly questions?: readonly Question[]; readonly mayFail?: true };

/** One family of switches with a command line. */
export interface ConsoleFamily<Settings extends ConsoleSettings> extends PortFamily<Settings, ConsoleStep> {
  readonly dialect: Dialect;
  /** Opens a port that holds the wanted VLANs: a console's switch remembers them of a port that is shut. */
  readonly enable: (port: string, settings: Settings) => readonly ConsoleStep[];
  /** What a refusal looks like, anywhere in an answer. */
  readonly refusal: RegExp;
  /** A line of an answer to a configuration line that means nothing. Any other line is taken as not understood. */
  readonly chatter: RegExp;
  /** What says that somebody else is changing the configuration: the line is typed again after a moment. */
  readonly busy?: RegExp;
}
