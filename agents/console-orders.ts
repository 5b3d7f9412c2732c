import type { CommandParameters } from '../db/commands/kinds.ts';
import { wrongBmc } from './bmc-orders.ts';
import { wrongHeadnode } from './headnode-orders.ts';

/** What of an order to open a console its schema cannot tell: that console and machine are one. A sentence, or undefined when all is well. */
export function wrongConsoleOpening(device: string, parameters: CommandParameters<'console.open'>): string | undefined {
  return 'bmc' in parameters
    ? wrongBmc(`console/${parameters.bmc.label}`, device, parameters.bmc)
    : wrongHeadnode(`headnode-console/${parameters.headnode.label}`, device, parameters.headnode);
}

/** What of any other order to a console its schema cannot tell: that it is one. */
export function wrongConsoleOrder(device: string): string | undefined {
  return /^(headnode-)?console\//.test(device) ? undefined : `it is for ${device}, which is no console`;
}
