import type { CommandParameters } from '../../db/commands/kinds.ts';
import type { LabelledMachine } from '../../db/devices/console.ts';
import type { MachineId } from '../../db/queries/consoles.ts';

/** How an agent finds a machine: what is ordered of it besides the console's number. */
type ConsoleWay<P = CommandParameters<'console.open'>> = P extends unknown ? Omit<P, 'console'> : never;

/** A machine with a serial console, and the agent that holds that: a node or a headnode, kept as it is until the transaction ends. */
export interface ConsoleMachine extends MachineId, LabelledMachine {
  readonly projectId: number | null;
  readonly agentId: number;
  readonly way: ConsoleWay;
}

/** A machine's console in the API. */
export function consolePath({ of, label }: LabelledMachine): string {
  return `/v0/${of}/${label}/console`;
}
