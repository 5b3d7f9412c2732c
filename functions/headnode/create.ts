import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { headnodeSize } from '../../db/devices/headnode.ts';
import { headnodeExists, lockHeadnode, otherAgentBusyWith } from '../../db/queries/headnodes.ts';
import { findProject } from '../../db/queries/projects.ts';
import { lockVmHosts } from '../../db/queries/vm-hosts.ts';
import { headnodes } from '../../db/schema.ts';
import { mayActFor } from '../http/caller.ts';
import { agentLabel, headnodeLabel, imageLabel, projectLabel } from '../http/labels.ts';
import { empty, writing } from '../http/operation.ts';
import { bestPlace, lackAt, noImageMessage, placesFor } from '../rules/headnode-place.ts';
import { sealSeed, sshKeys, userData } from '../rules/headnode-seed.ts';
import { ensureDevice } from '../rules/issue.ts';
import { quotaRefusals, withinQuota } from '../rules/quota.ts';

/** Creates a headnode on the host of an agent that has room for it: nothing but its row, until it is started for the first time. */
export const createHeadnode = writing({
  id: 'headnode_create',
  summary: 'Create a headnode from an image',
  method: 'PUT',
  path: '/headnode/{headnode}',
  access: 'user',
  params: z.strictObject({ headnode: headnodeLabel }),
  body: z.strictObject({
    project: projectLabel,
    base_img: imageLabel,
    agent: agentLabel
      .optional()
      .meta({ description: 'Agent on whose host it is created; unless given, one that has room for it' }),
    memory: headnodeSize.shape.memory.optional().meta({ description: "Memory in MiB; the image's unless given" }),
    vcpus: headnodeSize.shape.vcpus.optional().meta({ description: "Number of virtual CPUs; the image's unless given" }),
    disk: headnodeSize.shape.disk.optional().meta({
      description: "Size of the disk in GiB, no smaller than the image's; the image's unless given",
    }),
    full_copy: z
      .boolean()
      .default(false)
      .meta({
        description:
          "Whether the disk is a whole copy of the image's; if not, only what differs is stored, which starts quicker and takes less",
        examples: [false],
      }),
    ssh_keys: sshKeys.default([]).meta({ description: 'Public SSH keys of those who may log in; none unless given' }),
    user_data: userData.optional(),
  }),
  result: empty,
  refusals: {
    no_agent: ['BadArgumentError', 'the agent that was named has no headnodes'],
    unknown_image: ['BadArgumentError', 'no agent, or not the one that was named, offers this image'],
    duplicate_headnode: ['DuplicateError', 'a headnode has this name already'],
    unknown_project: ['NotFoundError', 'no project has this name'],
    not_your_project: ['AuthorizationError', 'the caller does not act for the project'],
    disk_too_small: ['BadArgumentError', "the disk is smaller than the image's"],
    no_room: ['AllocationError', 'the headnode would use more of the host than its limits allow'],
    busy: ['BlockedError', 'another agent has yet to finish something for an earlier headnode of this name'],
    ...quotaRefusals,
  },

  async write({ tx, caller, refuse }, { params, body }) {
    // Locked first: what they offer and how much room they have is what it is until the headnode is there. The order of locks is told
    // at `lockHeadnode`.
    const all = await lockVmHosts(tx);
    const hosts = body.agent === undefined ? all : all.filter(({ agent }) => agent === body.agent);
    if (body.agent !== undefined && hosts.length === 0) {
      const others = all.map(({ agent }) => agent).join(', ') || 'none';
      throw refuse('no_agent', `agent ${body.agent} has no headnodes; agents that have: ${others}`);
    }
    const places = placesFor(hosts, body.base_img, body);
    if (places.length === 0) throw refuse('unknown_image', noImageMessage(hosts, body.base_img));
    const duplicate = () => refuse('duplicate_headnode', `there is a headnode ${params.headnode} already`);
    if (await headnodeExists(tx, params.headnode)) throw duplicate();
    const project = await findProject(tx, body.project);
    if (!project) throw refuse('unknown_project', `there is no project ${body.project}`);
    if (!mayActFor(caller, project.id)) throw refuse('not_your_project', `you do not act for project ${body.project}`);

    const place = bestPlace(places.filter(({ template, size }) => size.disk >= template.disk));
    if (!place) {
      const least = Math.min(...places.map(({ template }) => template.disk));
      throw refuse('disk_too_small', `the disk of image ${body.base_img} has ${least} GiB: a headnode's cannot be smaller`, [
        { path: 'body.disk', msg: `must be ${least} or more` },
      ]);
    }
    const { agentId, agent, key } = place.host;
    const lack = lackAt(place);
    if (lack !== undefined) {
      throw refuse(
        'no_room',
        `agent ${agent} has no room for this headnode, it lacks ${lack}: ask for less, or delete a headnode there`,
      );
    }
    // Whoever has just created or deleted one of this name is waited for.
    if (await lockHeadnode(tx, params.headnode)) throw duplicate();
    const busy = await otherAgentBusyWith(tx, params.headnode, agentId);
    if (busy !== undefined) {
      throw refuse(
        'busy',
        `agent ${busy} has yet to finish something for an earlier headnode ${params.headnode}: try again soon, or choose another name`,
      );
    }

    await ensureDevice(tx, `headnode/${params.headnode}`, agentId);
    const uuid = randomUUID();
    const seed = { ssh_keys: body.ssh_keys, user_data: body.user_data ?? null };
    const seedSealed = await sealSeed(key, { label: params.headnode, uuid }, seed);
    const [created] = await withinQuota(refuse, body.project, 'headnodes', () =>
      tx
        .insert(headnodes)
        .values({
          label: params.headnode,
          projectId: project.id,
          agentId,
          uuid,
          baseImage: place.template.name,
          ...place.size,
          fullCopy: body.full_copy,
          seedSealed,
        })
        .onConflictDoNothing()
        .returning({ id: headnodes.id }),
    );
    if (!created) throw duplicate();
    return undefined;
  },
});
