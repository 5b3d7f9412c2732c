import { z } from 'zod';
import { findBmcs, type NodeBmc } from '../../db/queries/bmcs.ts';
import { type CommandEnding, readEndings } from '../../db/queries/commands.ts';
import { findProject } from '../../db/queries/projects.ts';
import { mayActFor } from '../http/caller.ts';
import { commandingMany } from '../http/commanding.ts';
import { nodeLabel, projectLabel, statusId } from '../http/labels.ts';
import { actionStatus } from '../rules/action-status.ts';
import { cycleFields, orderAll, powerChange, powerRead, powerStatus } from '../rules/node-action.ts';
import { bmcAccessOf, type DrivenNode } from '../rules/obm-access.ts';

const nodeResult = z.strictObject({
  status: z.enum(['DONE', 'ERROR', 'PENDING']).meta({
    description: 'Whether it is done, went wrong, or is still to be done',
    examples: ['DONE'],
  }),
  status_id: statusId,
  power_status: powerStatus.shape.power_status.optional().meta({
    description: 'Power status as it was read last, once there is anything; unknown where it was asked for and nobody can tell',
    examples: ['on'],
  }),
  error: z
    .string()
    .optional()
    .meta({
      description: 'Why it went wrong; only with the status ERROR',
      examples: ['the BMC does not answer'],
    }),
});
type NodeResult = z.output<typeof nodeResult>;

/**
 * Switches the power of many nodes of a project, or asks for it, all at once: each node has its own result. Where one of them cannot be
 * asked, none is.
 */
export const powerNodes = commandingMany({
  id: 'project_power',
  summary: 'Switch the power of many nodes of a project, or show it',
  method: 'POST',
  path: '/project/{project}/power',
  access: 'user',
  params: z.strictObject({ project: projectLabel }),
  body: z
    .strictObject({
      nodes: z
        .array(nodeLabel)
        .min(1, 'must name at least one node')
        .max(1000, 'must name at most 1000 nodes')
        .refine((nodes) => new Set(nodes).size === nodes.length, 'must name each node once')
        .meta({ description: 'Names of the nodes, each once' }),
      action: z.enum(['status', 'on', 'off', 'cycle'], 'must be "status", "on", "off" or "cycle"').meta({
        description: 'What to do: ask for the power status, switch the power on or off, or turn it off and on again',
        examples: ['cycle'],
      }),
      ...cycleFields,
    })
    .refine(({ action, force, limit, pxe }) => action === 'cycle' || (force ?? limit ?? pxe) === undefined, {
      path: ['action'],
      error: 'must be "cycle" where force, limit or pxe is given',
    }),
  result: z.strictObject({ results: z.record(nodeLabel, nodeResult).meta({ description: 'What became of it, by node' }) }),
  refusals: {
    unknown_project: ['NotFoundError', 'no project has this name'],
    not_your_project: ['AuthorizationError', 'the caller does not act for the project'],
    not_in_project: ['NotFoundError', 'a node is not in the project; `errors` names each that cannot be asked'],
    obm_unusable: [
      'BlockedError',
      'out-of-band management of a node is not enabled, or obmd does it; `errors` names each that cannot be asked',
    ],
  },

  async write({ tx, caller, services, refuse }, { params, body }) {
    const project = await findProject(tx, params.project);
    if (!project) throw refuse('unknown_project', `there is no project ${params.project}`);
    if (!mayActFor(caller, project.id)) throw refuse('not_your_project', `you do not act for project ${params.project}`);

    const found = new Map((await findBmcs(tx, body.nodes)).map((node) => [node.label, node]));
    const nodes = body.nodes.map((name) => usable(found.get(name), project.id));
    const wrong = nodes.flatMap((node, index) => {
      return typeof node === 'string' ? [{ path: `body.nodes.${index}`, name: body.nodes[index], why: node }] : [];
    });
    if (wrong.length > 0) {
      const code = wrong.some(({ why }) => why === NOT_IN_PROJECT) ? 'not_in_project' : 'obm_unusable';
      const list = wrong.map(({ name, why }) => `node ${name} ${why}`).join('; ');
      throw refuse(
        code,
        `nothing was done: ${list}`,
        wrong.map(({ path, why }) => ({ path, msg: why })),
      );
    }
    const driven = nodes.flatMap((node) => (typeof node === 'string' ? [] : [node]));
    const { action, ...options } = body;
    const ids =
      action === 'status'
        ? await orderAll(
            tx,
            services,
            driven.map((node) => ({ node, parameters: { bmc: node.bmc } })),
            'power_status',
            'power.read',
          )
        : await orderAll(
            tx,
            services,
            driven.map((node) => ({ node, parameters: { bmc: node.bmc, ...powerChange(action, options) } })),
            `power_${action}`,
            'power.set',
          );
    const pending = ids.map((id, index): [string, NodeResult] => [
      driven[index]?.label ?? '',
      { status: 'PENDING', status_id: id },
    ]);
    return { ids, pending: { results: Object.fromEntries(pending) } };
  },

  async answer({ sql }, { ids, pending }) {
    const endings = new Map((await readEndings(sql, ids)).map((ending) => [ending.id, ending]));
    const results = Object.entries(pending.results).map(([node, { status_id }]): [string, NodeResult] => {
      const ending = endings.get(status_id);
      return [node, { status_id, status: 'PENDING', ...(ending ? resultOf(ending) : {}) }];
    });
    return { results: Object.fromEntries(results) };
  },
});

const NOT_IN_PROJECT = 'is not in the project';

/** A node of a project whose BMC users may have an agent drive, or why it is none. */
function usable(node: NodeBmc | undefined, projectId: number): DrivenNode | string {
  if (node?.projectId !== projectId) return NOT_IN_PROJECT;
  const { way } = node;
  if (way.by === 'obmd') return 'has its BMC behind obmd, which is asked node by node';
  if (!node.enabled) return 'has its out-of-band management disabled';
  return { ...node, way, bmc: bmcAccessOf(node.label, way) };
}

function resultOf(ending: CommandEnding): Omit<NodeResult, 'status_id'> {
  const status = actionStatus(ending.status);
  const read = powerRead(ending) ?? (status === 'ERROR' && ending.kind === 'power.read' ? 'unknown' : undefined);
  return {
    status,
    ...(read === undefined ? {} : { power_status: read }),
    ...(status === 'ERROR' ? { error: ending.message ?? 'nobody knows why' } : {}),
  };
}
