import type { World } from './world.ts';

/** How a command ends: done with this result, or otherwise with this reason. */
interface Ending {
  readonly status: 'done' | 'failed' | 'refused' | 'unknown';
  readonly reason?: string;
  readonly message?: string;
  readonly result?: Parameters<World['sql']['json']>[0];
}

/** Ends every command of the agent rack-1 as soon as it is woken for it, without touching anything. Ends with the world. */
export async function quickAgent(w: World, { status, reason, message, result }: Ending): Promise<void> {
  const [agent] = await w.sql`select 'agent_' || id as channel from agents where label = 'rack-1'`;
  await w.sql.listen(String(agent?.['channel']), async () => {
    const ended = await w.sql`
      select id, finish_command(id, ${status}, ${reason ?? null}, ${message ?? null}, ${result === undefined ? null : w.sql.json(result)})
        from commands where status = 'queued'`;
    // As an API host that listens would have heard.
    for (const { id } of ended) w.services.finished.heard(id);
  });
}
