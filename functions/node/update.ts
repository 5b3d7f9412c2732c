import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { lockBmc } from '../../db/queries/bmcs.ts';
import { violates } from '../../db/queries/violation.ts';
import { nodes } from '../../db/schema.ts';
import { agentLabel, nodeLabel } from '../http/labels.ts';
import { empty, writing } from '../http/operation.ts';
import { agentOf, noAgentMessage } from '../rules/agent-choice.ts';
import { changedObm, changedObmd, changeRefusals, obmChange } from '../rules/bmc-change.ts';
import { isBmcBusy, isWithAnotherAgent } from '../rules/bmc-pending.ts';
import { addressRefusals, addressTakenMessage, obmColumns, obmd, obmdColumns, obmSettings } from '../rules/bmc-registration.ts';
import { heldConsole, reopenConsole, stopConsole } from '../rules/console-hold.ts';
import { forgetDeviceOf } from '../rules/issue.ts';

const namesSomething = (fields: object) => Object.keys(fields).length > 0;
const mustNameSomething = 'must name at least one field to change';

/**
 * Changes how the BMC of a node is reached, without registering the node anew: what is not named stays. What is still to be done at an
 * address is waited for before it is given up: the next machine there may be somebody else's. A console that is held is opened anew.
 */
export const updateNode = writing({
  id: 'node_update',
  summary: 'Change how the BMC of a node is reached',
  method: 'PATCH',
  path: '/node/{node}',
  access: 'admin',
  params: z.strictObject({ node: nodeLabel }),
  body: z
    .strictObject({
      obm: obmChange.refine(namesSomething, mustNameSomething).optional().meta({
        description: 'How an agent reaches the BMC from now on: what is not named stays; not together with obmd',
        minProperties: 1,
      }),
      obmd: obmd.partial().refine(namesSomething, mustNameSomething).optional().meta({
        description: 'How obmd reaches the BMC from now on: what is not named stays; not together with obm',
        minProperties: 1,
      }),
      agent: agentLabel.optional().meta({
        description: 'Agent that reaches the BMC from now on; the one that does so far, unless given',
      }),
    })
    .refine(namesSomething, mustNameSomething)
    .refine((body) => body.obm === undefined || body.obmd === undefined, {
      path: ['obm'],
      error: 'give obm or obmd, and not both',
    })
    .meta({ minProperties: 1 }),
  result: empty,
  refusals: {
    unknown_node: ['NotFoundError', 'no node has this name'],
    no_agent: ['BadArgumentError', 'no agent has this name, or none was named and there is not exactly one'],
    ...changeRefusals,
    ...addressRefusals,
    busy: ['BlockedError', 'the power or the boot device of the node is still to be changed, at the address that it has so far'],
    obm_enabled: ['BlockedError', 'obmd gave a token for the node, which must be revoked first'],
    other_agent_busy: [
      'BlockedError',
      'the agent that the node had so far holds its console, or has yet to finish something for it',
    ],
  },

  async write({ tx, services, refuse }, { params, body }) {
    const node = await lockBmc(tx, params.node);
    if (!node) throw refuse('unknown_node', `there is no node ${params.node}`);
    const { way } = node;
    const change = async (columns: Partial<typeof nodes.$inferInsert>) => {
      await tx.update(nodes).set(columns).where(eq(nodes.id, node.id));
    };
    const agent = await agentOf(tx, body.agent, node.agentId);
    const tokenIsOut = () =>
      refuse(
        'obm_enabled',
        `obmd gave a token for node ${params.node}: revoke it first with PUT /v0/node/${params.node}/obm {"enabled": false}`,
      );

    if (body.obmd || (way.by === 'obmd' && !body.obm)) {
      if (typeof agent === 'string' && body.agent !== undefined) throw refuse('no_agent', noAgentMessage(agent, body.agent));
      const before = way.by === 'obmd' ? way : undefined;
      const { uri, admin_token, isMoved } = changedObmd(refuse, before, body.obmd ?? {});
      if (before && isMoved && node.enabled) throw tokenIsOut();
      await stopConsole(tx, services, node);
      await change({
        ...(admin_token === undefined ? {} : obmdColumns(services, { uri, admin_token })),
        obmEnabled: before !== undefined && node.enabled,
        agentId: body.agent === undefined || typeof agent === 'string' ? node.agentId : agent.id,
      });
      return undefined;
    }

    if (typeof agent === 'string') throw refuse('no_agent', noAgentMessage(agent, body.agent));
    const before = way.by === 'agent' ? way : undefined;
    if (!before && node.enabled) throw tokenIsOut();
    const hasOtherAgent = before !== undefined && before.agentId !== agent.id;
    const { obm, isLoginGiven, isMoved } = changedObm(refuse, before, body.obm ?? {}, hasOtherAgent);
    // Its device takes the commands of one agent only.
    if ((hasOtherAgent && (await heldConsole(tx, node.id)) !== undefined) || (await isWithAnotherAgent(tx, node, agent.id))) {
      throw refuse(
        'other_agent_busy',
        `another agent holds the console of node ${params.node}, or has yet to finish something for it: stop the console, and try again`,
      );
    }
    if (before && isMoved && (await isBmcBusy(tx, node))) {
      throw refuse(
        'busy',
        `node ${params.node} is still to be switched or booted otherwise, at the address that it has so far: try again when that is DONE or ERROR`,
      );
    }
    await change({
      ...(isLoginGiven ? await obmColumns(agent, node.label, obm) : { obmSettings: obmSettings(obm) }),
      // As if it had been registered so.
      obmEnabled: before ? node.enabled : node.projectId !== null,
      agentId: agent.id,
    }).catch((error: unknown) => {
      if (violates(error, 'nodes_bmc_address')) throw refuse('address_taken', addressTakenMessage(obm));
      throw error;
    });
    if (isMoved) await forgetDeviceOf(tx, `bmc/${node.label}`);
    const after = await lockBmc(tx, node.label);
    if (after && JSON.stringify(after.way) !== JSON.stringify(way)) await reopenConsole(tx, services, after);
    return undefined;
  },
});
