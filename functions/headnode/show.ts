import { z } from 'zod';
import { findHeadnode, lastUnfinishedCommand } from '../../db/queries/headnodes.ts';
import { showHeadnode as readHeadnode, type ShownHeadnode } from '../../db/queries/show-headnode.ts';
import { asking } from '../http/commanding.ts';
import { label } from '../http/labels.ts';
import { nothing } from '../http/operation.ts';
import { headnodeRefusals, lockOwnHeadnode, ownHeadnode } from '../rules/headnode-access.ts';
import { headnodeRead } from '../rules/headnode-action.ts';
import { issue } from '../rules/issue.ts';
import { NATIVE_CHANNEL } from '../rules/port-change.ts';

/**
 * Shows a headnode, and what its virtual machine does now: that is asked of its agent, for a few seconds. That nobody can tell is an
 * answer too, with the reason.
 */
export const showHeadnode = asking({
  id: 'show_headnode',
  summary: 'Show a headnode: its interfaces, their networks, and whether it runs',
  method: 'GET',
  path: '/headnode/{headnode}',
  access: 'user',
  params: z.strictObject({ headnode: label }),
  body: nothing,
  result: z.strictObject({
    name: z.string(),
    project: z.string(),
    base_img: z.string(),
    uuid: z.string(),
    vncport: z.int().nullable(),
    hnics: z.array(z.string()),
    nics: z.array(z.strictObject({ label: z.string(), macaddr: z.string(), networks: z.record(z.string(), z.string()) })),
    agent: z.string(),
    state: z.enum(['running', 'stopped', 'absent', 'unknown']),
    /** Why it is unknown. */
    reason: z.string().optional(),
    frozen: z.boolean(),
    memory: z.int(),
    vcpus: z.int(),
    disk: z.int(),
    full_copy: z.boolean(),
    console: z.string(),
  }),
  refusals: headnodeRefusals,

  async write(context, { params }) {
    const { tx, services } = context;
    const found = ownHeadnode(context, await findHeadnode(tx, params.headnode), params.headnode);
    if (!found.isFrozen) return { headnode: found, ids: [] };
    const headnode = await lockOwnHeadnode(context, params.headnode);
    if (!headnode.isFrozen) return { headnode, ids: [] };
    const last = await lastUnfinishedCommand(tx, headnode.deviceId);
    if (last?.kind === 'headnode.read' && last.status === 'queued') return { headnode, ids: [last.id] };
    const { label, uuid } = headnode;
    return { headnode, ids: [await issue(tx, services, headnode.deviceId, 'headnode.read', { headnode: { label, uuid } })] };
  },

  async answer({ sql, refuse }, { headnode, ids: [reading = null] }) {
    const shown = await readHeadnode(sql, headnode.id, reading);
    if (!shown) throw refuse('unknown_headnode', `headnode ${headnode.label} has just been deleted`);
    const { name, project, uuid, agent, hnics, memory, vcpus, disk } = shown;
    return {
      name,
      project,
      base_img: shown.baseImage,
      uuid,
      hnics: hnics.map(({ label }) => label),
      nics: hnics.map(({ label, macaddr, network }) => ({
        label,
        macaddr,
        networks: network === null ? {} : { [NATIVE_CHANNEL]: network },
      })),
      agent,
      ...stateOf(shown),
      frozen: shown.isFrozen,
      memory,
      vcpus,
      disk,
      full_copy: shown.fullCopy,
      console: `/v0/headnode/${encodeURIComponent(name)}/console`,
    };
  },
});

/** What the virtual machine does, as far as that is known. */
function stateOf({ isFrozen, reading, agent, agentSeenAt }: ShownHeadnode) {
  const unknown = (reason: string) => ({ state: 'unknown' as const, reason, vncport: null });
  if (!reading) return isFrozen ? unknown('it was started just now: ask again') : { state: 'absent' as const, vncport: null };
  switch (reading.status) {
    case 'done': {
      const read = headnodeRead(reading);
      if (!read) return unknown(`agent ${agent} told nothing of it that is understood`);
      return { state: read.state, vncport: read.state === 'running' ? read.vncport : null };
    }
    case 'queued':
    case 'running':
      return unknown(`agent ${agent} has not answered yet; it was last seen ${agentSeenAt ? `at ${agentSeenAt}` : 'never'}`);
    default:
      return unknown(reading.message ?? `agent ${agent} could not tell`);
  }
}
