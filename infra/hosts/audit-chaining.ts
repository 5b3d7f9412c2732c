import type { Logger } from 'pino';
import type { Connection } from '../../db/client.ts';
import { chainAudit } from '../../db/queries/audit-chain.ts';
import { type AuditChain, MOST_TOGETHER } from '../../functions/rules/audit-chain.ts';

/** How often it is looked for entries that are not chained, in ms. */
const INTERVAL = 500;

/**
 * Chains the entries of the audit soon after they were written, by whichever API host is first, until the function that it answers is
 * called. What fails is logged, and tried again.
 */
export function startChaining(connection: Connection, chain: AuditChain, log: Logger): () => Promise<void> {
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;
  let hasFailed = false;

  const run = async () => {
    try {
      while ((await chainAudit(connection, MOST_TOGETHER, chain.append)) === MOST_TOGETHER && !isStopped);
      hasFailed = false;
    } catch (error) {
      if (!hasFailed && !isStopped) log.warn({ err: error }, 'the audit could not be chained: it is tried again');
      hasFailed = true;
    }
    if (isStopped) return;
    timer = setTimeout(() => {
      running = run();
    }, INTERVAL);
  };
  let running = run();
  return async () => {
    isStopped = true;
    clearTimeout(timer);
    await running;
  };
}
