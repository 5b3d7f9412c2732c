import type { Services } from '../services.ts';

/** How long a released node's user waits for the maintenance service at most, in ms. */
const PATIENCE = 5_000;

/**
 * Tells the maintenance service of a node that came to the maintenance project. Never fails: the node is there already,
 * so what goes wrong is a warning in the log, and an administrator can see the node in that project.
 */
export async function announceMaintenance(
  log: Services['log'],
  url: string,
  node: string,
  patience: number = PATIENCE,
): Promise<void> {
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ node }),
      signal: AbortSignal.timeout(patience),
    });
    await answer.body?.cancel();
    if (!answer.ok) log.warn({ node, status: answer.status }, 'the maintenance service refused a node');
  } catch (cause) {
    log.warn({ node, err: new Error('no answer', { cause }) }, 'the maintenance service could not be told of a node');
  }
}
