import { z } from 'zod';
import { seal } from '../../db/commands/seal.ts';
import { findSwitchFamily, switchFamilies } from '../../db/devices/families.ts';
import { findSwitch } from '../../db/queries/switches.ts';
import { switches } from '../../db/schema.ts';
import { agentLabel, label } from '../http/labels.ts';
import { empty, fieldErrors, writing } from '../http/operation.ts';
import { chooseAgent, noAgentMessage } from '../rules/agent-choice.ts';
import { ensureDevice } from '../rules/issue.ts';
import { reserveVlans } from '../rules/reserved-vlans.ts';

/** Registers a switch, without ports. Its password is sealed to the agent that will use it; nobody else can read it again. */
export const registerSwitch = writing({
  id: 'switch_register',
  summary: 'Register a switch',
  method: 'PUT',
  path: '/switch/{switch}',
  access: 'admin',
  params: z.strictObject({ switch: label }),
  // What else there must be depends on the type.
  body: z.looseObject({ type: z.string(), agent: agentLabel.optional(), idle: z.enum(['shut', 'up']).default('shut') }),
  result: empty,
  refusals: {
    duplicate_switch: ['DuplicateError', 'a switch has this name already'],
    unknown_type: ['BadArgumentError', 'there is no such type of switch'],
    bad_fields: ['BadArgumentError', 'a field that this type of switch needs is missing or wrong, or a field is none of its own'],
    address_taken: ['BlockedError', 'another switch is registered at this address'],
    no_agent: ['BadArgumentError', 'no agent has this name, or none was named and there is not exactly one'],
    vlan_in_use: ['BlockedError', 'a network has a VLAN that this switch keeps for itself'],
  },

  async write({ tx, refuse }, { params, body }) {
    const duplicate = () => refuse('duplicate_switch', `there is a switch ${params.switch} already`);
    if (await findSwitch(tx, params.switch)) throw duplicate();

    const { type, agent: agentName, idle, ...fields } = body;
    const family = findSwitchFamily(type);
    if (!family) {
      const types = switchFamilies.map((known) => known.type).join(', ');
      throw refuse('unknown_type', `there is no switch type ${type}: the types are ${types}`);
    }
    const registration = family.registration.safeParse(fields);
    if (!registration.success) {
      const errors = fieldErrors('body', registration.error);
      const wrong = errors.map(({ path, msg }) => `${path}: ${msg}`).join('; ');
      throw refuse('bad_fields', `this is no registration of a ${family.type} switch: ${wrong}`, errors);
    }
    const { hostname, port, credentials, settings } = registration.data;
    if (!credentials) {
      const errors = ['username', 'password'].map((field) => ({ path: `body.${field}`, msg: 'is needed' }));
      throw refuse('bad_fields', `this is no registration of a ${family.type} switch: username and password are missing`, errors);
    }

    const agent = await chooseAgent(tx, agentName);
    if (typeof agent === 'string') throw refuse('no_agent', noAgentMessage(agent, agentName));
    const taken = await reserveVlans(tx, family.reservedVlans(settings));
    if (taken) {
      throw refuse(
        'vlan_in_use',
        `switch ${params.switch} keeps VLAN ${taken.vlan} for itself, but network ${taken.network} has it: delete that network first`,
      );
    }
    const device = `switch/${params.switch}`;
    const sealed = await seal(agent.key, { device, hostname, port }, credentials);
    const deviceId = await ensureDevice(tx, device, agent.id);
    const [registered] = await tx
      .insert(switches)
      .values({ label: params.switch, type: family.type, deviceId, agentId: agent.id, hostname, port, settings, sealed, idle })
      .onConflictDoNothing()
      .returning({ id: switches.id });
    if (!registered) {
      if (await findSwitch(tx, params.switch)) throw duplicate();
      throw refuse(
        'address_taken',
        `a switch is registered at ${hostname} port ${port} already: one switch must not have two names`,
      );
    }
    return undefined;
  },
});
