import type { CommandKind, CommandParameters } from '../db/commands/kinds.ts';

/** A verified order of one kind. Times in seconds since 1970. */
export interface OrderOf<K extends CommandKind> {
  readonly kind: K;
  readonly id: string;
  readonly issuer: string;
  readonly device: string;
  readonly seq: number;
  readonly issuedAt: number;
  readonly notAfter: number;
  readonly parameters: CommandParameters<K>;
}

/** Every kind of order that this agent carries out. */
export type Order = { [K in CommandKind]: OrderOf<K> }[CommandKind];
