import { decodeJwt } from 'jose';
import { z } from 'zod';
import type { World } from './world.ts';

/** What an agent is told to do. */
export const bmcOrder = z.object({ device: z.string(), kind: z.string(), parameters: z.record(z.string(), z.json()) });
export type BmcOrder = z.output<typeof bmcOrder>;

/** How a command ends. */
interface Ending {
  readonly status: 'done' | 'failed' | 'refused' | 'unknown';
  readonly reason?: string;
  readonly message?: string;
  readonly result?: Parameters<World['sql']['json']>[0];
}

const endings = new WeakMap<World, (order: BmcOrder) => Ending | null>();

/** Every order of a world that is on record, in the order of devices and seqs. */
export async function ordersOf(w: World): Promise<BmcOrder[]> {
  const rows = await w.sql`select c.signed from commands c join devices d on d.id = c.device_id order by d.label, c.seq`;
  return rows.map(({ signed }) => bmcOrder.parse(decodeJwt(signed)));
}

/** What a BMC that does as it is told ends with. Power is on unless it was switched off. */
function obedient({ kind, parameters: { action, boot } }: BmcOrder): Ending {
  switch (kind) {
    case 'boot-device.set':
      return { status: 'done', result: { boot: boot ?? null } };
    case 'bmc.check':
      return {
        status: 'done',
        result: { bmc: { power: 'on', manufacturer: 'ACME', product: 'B-1', firmware: '1.7', cipher_suite: 17 } },
      };
    default:
      return { status: 'done', result: { power: action === 'off' ? 'off' : 'on' } };
  }
}

/**
 * Ends every command of the agent rack-1 as soon as it is woken for it, as `ending` says; null leaves it waiting. Told again, it is
 * replaced. Ends with the world.
 */
export async function bmcAgent(w: World, ending: (order: BmcOrder) => Ending | null = obedient): Promise<void> {
  const isListening = endings.has(w);
  endings.set(w, ending);
  if (isListening) return;
  const [agent] = await w.sql`select 'agent_' || id as channel from agents where label = 'rack-1'`;
  await w.sql.listen(String(agent?.['channel']), async () => {
    for (const { id, signed } of await w.sql`select id, signed from commands where status = 'queued' order by seq`) {
      const end = endings.get(w)?.(bmcOrder.parse(decodeJwt(signed)));
      if (!end) continue;
      const { status, reason = null, message = null, result } = end;
      await w.sql`select finish_command(${id}, ${status}, ${reason}, ${message}, ${result === undefined ? null : w.sql.json(result)})`;
      // As an API host that listens would have heard.
      w.services.finished.heard(id);
    }
  });
}

/** An agent whose every command ends in this way, in words that tests find again. */
const endsAs = (status: 'failed' | 'refused' | 'unknown', reason: string) => (w: World) =>
  bmcAgent(w, () => ({ status, reason, message: `it ended as ${reason}` }));

/** The cases of the refusals that everything shares that uses the BMC of node n1, which is of project blue. */
export const obmRefusalCases = {
  unknown_node: { params: { node: 'nope' } },
  not_your_node: { as: 'other' },
  obm_disabled: { arrange: (w: World) => w.arrange('PUT', '/node/n1/obm', { enabled: false }) },
} as const;

/** The cases of the refusals that tell how a command ended. */
export const endingCases = {
  obm_failed: { arrange: endsAs('failed', 'unreachable'), isOnRecord: true },
  agent_refused: { arrange: endsAs('refused', 'policy'), isOnRecord: true },
  outcome_unknown: { arrange: endsAs('unknown', 'unproven'), isOnRecord: true },
} as const;
