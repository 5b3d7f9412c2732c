import { z } from 'zod';
import { findSwitchFamily, switchFamilies } from '../../db/devices/families.ts';
import { findSwitch } from '../../db/queries/switches.ts';
import { switches } from '../../db/schema.ts';
import { switchLabel } from '../http/labels.ts';
import { empty, writing } from '../http/operation.ts';
import { chooseAgent, noAgentMessage } from '../rules/agent-choice.ts';
import { ensureDevice } from '../rules/issue.ts';
import { idleUpMessage, needsNative } from '../rules/native-first.ts';
import { reserveVlans } from '../rules/reserved-vlans.ts';
import { switchRegistration } from '../rules/switch-fields.ts';
import {
  addressTakenMessage,
  readRegistration,
  registrationRefusals,
  sealLogin,
  vlanInUseMessage,
} from '../rules/switch-registration.ts';

/** Registers a switch, without ports. Its password is sealed to the agent that will use it; nobody else can read it again. */
export const registerSwitch = writing({
  id: 'switch_register',
  summary: 'Register a switch',
  method: 'PUT',
  path: '/switch/{switch}',
  access: 'admin',
  params: z.strictObject({ switch: switchLabel }),
  body: switchRegistration,
  result: empty,
  refusals: {
    duplicate_switch: ['DuplicateError', 'a switch has this name already'],
    unknown_type: ['BadArgumentError', 'there is no such type of switch'],
    ...registrationRefusals,
    no_agent: ['BadArgumentError', 'no agent has this name, or none was named and there is not exactly one'],
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
    if (idle === 'up' && needsNative(family.type)) {
      const message = idleUpMessage(family.type);
      throw refuse('bad_fields', message, [{ path: 'body.idle', msg: message }]);
    }
    const registration = readRegistration(family, fields);
    if ('errors' in registration) throw refuse('bad_fields', registration.message, registration.errors);
    const { hostname, port, credentials, settings } = registration;
    if (!credentials) {
      const errors = ['username', 'password'].map((field) => ({ path: `body.${field}`, msg: 'is needed' }));
      throw refuse('bad_fields', `this is no registration of a ${family.type} switch: username and password are missing`, errors);
    }

    const agent = await chooseAgent(tx, agentName);
    if (typeof agent === 'string') throw refuse('no_agent', noAgentMessage(agent, agentName));
    const taken = await reserveVlans(tx, family.reservedVlans(settings));
    if (taken) throw refuse('vlan_in_use', vlanInUseMessage(params.switch, taken));
    const sealed = await sealLogin(agent.key, params.switch, registration, credentials);
    const deviceId = await ensureDevice(tx, `switch/${params.switch}`, agent.id);
    const [registered] = await tx
      .insert(switches)
      .values({ label: params.switch, type: family.type, deviceId, agentId: agent.id, hostname, port, settings, sealed, idle })
      .onConflictDoNothing()
      .returning({ id: switches.id });
    if (!registered) {
      if (await findSwitch(tx, params.switch)) throw duplicate();
      throw refuse('address_taken', addressTakenMessage(registration));
    }
    return undefined;
  },
});
