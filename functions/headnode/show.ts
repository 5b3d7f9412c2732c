import { z } from 'zod';
import { headnodeIdentity, headnodeSize, vncPort } from '../../db/devices/headnode.ts';
import { findHeadnode, lastUnfinishedCommand } from '../../db/queries/headnodes.ts';
import { showHeadnode as readHeadnode, type ShownHeadnode } from '../../db/queries/show-headnode.ts';
import { asking } from '../http/commanding.ts';
import {
  agentLabel,
  channel,
  headnodeLabel,
  hnicLabel,
  imageLabel,
  macAddress,
  networkLabel,
  projectLabel,
} from '../http/labels.ts';
import { nothing } from '../http/operation.ts';
import { headnodeRefusals, lockOwnHeadnode, ownHeadnode } from '../rules/headnode-access.ts';
import { headnodeRead } from '../rules/headnode-action.ts';
import { issue } from '../rules/issue.ts';
import { NATIVE_CHANNEL } from '../rules/port-change.ts';

const common = {
  name: headnodeLabel,
  project: projectLabel.meta({ description: 'Project that the headnode is of' }),
  base_img: imageLabel.meta({ description: 'Image that it was created from' }),
  uuid: headnodeIdentity.shape.uuid,
  hnics: z.array(hnicLabel).meta({ description: 'Names of its network interfaces, in the order in which they were made' }),
  nics: z.array(
    z.strictObject({
      label: hnicLabel,
      macaddr: macAddress,
      networks: z.record(channel, networkLabel).meta({ description: 'The network that it is on, by channel; empty if on none' }),
    }),
  ),
  agent: agentLabel.meta({ description: 'Agent on whose host it is' }),
  frozen: z.boolean().meta({
    description: 'Whether it was started, so that its interfaces can no longer be changed',
    examples: [true],
  }),
  ...headnodeSize.shape,
  full_copy: z.boolean().meta({ description: "Whether its disk is a whole copy of the image's", examples: [false] }),
  console: z.string().meta({
    description: 'Path of its serial console below the address of the API',
    examples: ['/v0/headnode/blue-head/console'],
  }),
};

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
  params: z.strictObject({ headnode: headnodeLabel }),
  body: nothing,
  result: z.discriminatedUnion('state', [
    z.strictObject({
      ...common,
      state: z.enum(['running', 'stopped', 'absent']).meta({
        description: 'What the virtual machine does now; absent: there is none yet',
        examples: ['running'],
      }),
      vncport: vncPort,
    }),
    z.strictObject({
      ...common,
      state: z
        .literal('unknown')
        .meta({ description: 'Nobody can tell now what the virtual machine does', examples: ['unknown'] }),
      reason: z.string().meta({
        description: 'Why nobody can tell',
        examples: ['agent rack-1 has not answered yet; it was last seen at 2026-03-02T09:30:00.000Z'],
      }),
      vncport: z.null().meta({ description: 'Not known either', examples: [null] }),
    }),
  ]),
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
