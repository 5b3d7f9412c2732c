import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { loginFields } from '../../db/devices/access.ts';
import { findSwitchFamily } from '../../db/devices/families.ts';
import { forgetReadings } from '../../db/queries/ports.ts';
import { lockSwitch, portsOf } from '../../db/queries/switches.ts';
import { violates } from '../../db/queries/violation.ts';
import { switches } from '../../db/schema.ts';
import { switchLabel } from '../http/labels.ts';
import { empty, writing } from '../http/operation.ts';
import { agentKey } from '../rules/agent-choice.ts';
import { forgetDevice } from '../rules/issue.ts';
import { idleUpMessage, needsNative } from '../rules/native-first.ts';
import { releaseVlans, reserveVlans } from '../rules/reserved-vlans.ts';
import { switchChange } from '../rules/switch-fields.ts';
import {
  addressTakenMessage,
  changedFields,
  movedParts,
  otherNaming,
  readRegistration,
  registrationRefusals,
  sealLogin,
  vlanInUseMessage,
} from '../rules/switch-registration.ts';

const login = Object.keys(loginFields);
const fixed = ['type', 'agent'];

/**
 * Changes how a switch is reached and what it is like, without registering it anew. Its login is sealed together with its address, so a
 * new address needs the login again. Commands that are queued keep the address and the login that they were signed with.
 */
export const updateSwitch = writing({
  id: 'switch_update',
  summary: 'Change the address, the login or the settings of a switch',
  method: 'PATCH',
  path: '/switch/{switch}',
  access: 'admin',
  params: z.strictObject({ switch: switchLabel }),
  body: switchChange,
  result: empty,
  refusals: {
    unknown_switch: ['NotFoundError', 'no switch has this name'],
    fixed_field: ['BadArgumentError', 'the type and the agent of a switch cannot be changed'],
    login_needed: ['BadArgumentError', 'an address or a part of a login is changed, and the login is not given whole'],
    ...registrationRefusals,
    ports_named_otherwise: ['BlockedError', "the names of the switch's ports would mean others"],
  },

  async write({ tx, refuse }, { params, body }) {
    const found = await lockSwitch(tx, params.switch);
    if (!found) throw refuse('unknown_switch', `there is no switch ${params.switch}`);
    const family = findSwitchFamily(found.type);
    if (!family) throw new Error(`switch ${params.switch} is of the unknown type ${found.type}`);

    const { idle = found.idle, ...fields } = body;
    const unchangeable = fixed.filter((field) => field in fields);
    if (unchangeable.length > 0) {
      throw refuse(
        'fixed_field',
        `${unchangeable.join(' and ')} of a switch cannot be changed: delete the switch and register it anew`,
        unchangeable.map((field) => ({ path: `body.${field}`, msg: 'cannot be changed' })),
      );
    }
    const loginNeeded = (why: string) => {
      const lacking = ['username' in fields ? [] : 'username', 'password' in fields || 'private_key' in fields ? [] : 'password'];
      const errors = lacking.flat().map((field) => ({ path: `body.${field}`, msg: 'is needed' }));
      return refuse('login_needed', `${why}: give username, and password or private_key, as well`, errors);
    };
    const given = login.filter((field) => field in fields);
    if (given.length > 0 && !('username' in fields && ('password' in fields || 'private_key' in fields)))
      throw loginNeeded(`a login is changed as a whole, and ${given.join(', ')} is not all of it`);
    if (body.idle === 'up' && needsNative(family.type)) {
      const message = idleUpMessage(family.type);
      throw refuse('bad_fields', message, [{ path: 'body.idle', msg: message }]);
    }
    const registration = readRegistration(family, changedFields(family, found, fields));
    if ('errors' in registration) throw refuse('bad_fields', registration.message, registration.errors);

    const { hostname, port, credentials, settings } = registration;
    const moved = movedParts(found, registration);
    if (moved.length > 0 && !credentials)
      throw loginNeeded(`the login is sealed together with the address, and ${moved.join(', ')} is changed`);
    const [named] = await portsOf(tx, found.id);
    const naming = otherNaming(family, found, settings);
    if (named !== undefined && naming.length > 0) {
      throw refuse(
        'ports_named_otherwise',
        `with another ${naming.join(', ')} the names of the switch's ports mean others, ${named} among them: delete its ports first`,
        naming.map((field) => ({ path: `body.${field}`, msg: 'cannot be changed while the switch has ports' })),
      );
    }

    const taken = await reserveVlans(tx, family.reservedVlans(settings));
    if (taken) throw refuse('vlan_in_use', vlanInUseMessage(params.switch, taken));
    const sealed = credentials
      ? await sealLogin(await agentKey(tx, found.agentId), params.switch, registration, credentials)
      : found.sealed;
    try {
      await tx.update(switches).set({ hostname, port, settings, sealed, idle }).where(eq(switches.id, found.id));
    } catch (error) {
      if (violates(error, 'switches_address')) throw refuse('address_taken', addressTakenMessage(registration));
      throw error;
    }
    await releaseVlans(tx);
    if (moved.length > 0) {
      await forgetDevice(tx, found.deviceId);
      await forgetReadings(tx, found.id);
    }
    return undefined;
  },
});
