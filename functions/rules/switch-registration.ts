import { type SealingPublicKey, seal } from '../../db/commands/seal.ts';
import type { Credentials } from '../../db/devices/access.ts';
import type { SwitchFamily, SwitchRegistration, SwitchSettings } from '../../db/devices/family.ts';
import { type Switch, settingsOf } from '../../db/queries/switches.ts';
import { fieldErrors } from '../http/operation.ts';
import type { FieldError } from '../http/problem.ts';
import type { TakenVlan } from './reserved-vlans.ts';

/** Refusals of whatever says how a switch is reached. */
export const registrationRefusals = {
  bad_fields: ['BadArgumentError', 'a field that this type of switch needs is missing or wrong, or a field is none of its own'],
  address_taken: ['BlockedError', 'another switch is registered at this address'],
  vlan_in_use: ['BlockedError', 'a network has a VLAN that this switch keeps for itself'],
} as const;

/** Fields that are no registration: which, and a sentence that names them. */
interface BadFields {
  readonly errors: readonly FieldError[];
  readonly message: string;
}

/** Understands the fields of a switch by its family, or says which are wrong. */
export function readRegistration(family: SwitchFamily, fields: Record<string, unknown>): SwitchRegistration | BadFields {
  const parsed = family.registration.safeParse(fields);
  if (parsed.success) return parsed.data;
  const errors = fieldErrors('body', parsed.error);
  const wrong = errors.map(({ path, msg }) => `${path}: ${msg}`).join('; ');
  return { errors, message: `this is no registration of a ${family.type} switch: ${wrong}` };
}

/** The settings that say how a switch is spoken to, and so where it listens unless a port is named. */
const ways = ['transport', 'tls'] as const;

/** A switch as far as its registration says. */
type Registered = Pick<Switch, 'hostname' | 'port' | 'settings'>;

/** Which parts of the address of a switch, with the way it is spoken to, another registration has otherwise. */
export function movedParts(found: Registered, { hostname, port, settings }: SwitchRegistration): string[] {
  return [
    ...(hostname === found.hostname ? [] : ['hostname']),
    ...(port === found.port ? [] : ['port']),
    ...otherWays(found, settings),
  ];
}

/** Which settings, of those on which it depends which port a name means, another registration has otherwise. */
export function otherNaming({ namingSettings = [] }: SwitchFamily, found: Registered, settings: SwitchSettings): string[] {
  return different(namingSettings, found, settings);
}

function otherWays(found: Registered, settings: SwitchSettings): string[] {
  return different(ways, found, settings);
}

function different(names: readonly string[], found: Registered, settings: SwitchSettings): string[] {
  const before = settingsOf(found);
  return names.filter((name) => before[name] !== settings[name]);
}

/**
 * What is stored of a switch, as the fields of a registration without its login, overridden by `changes`. Its TCP port is left out
 * where it is the usual one, or where the switch is spoken to in another way from now on: then the usual port of that is meant.
 */
export function changedFields(
  family: SwitchFamily,
  found: Registered,
  changes: Record<string, unknown>,
): Record<string, unknown> {
  const stored = { ...settingsOf(found), hostname: found.hostname };
  const fields = { ...stored, ...changes };
  if (family.registration.safeParse(stored).data?.port === found.port) return fields;
  const changed = family.registration.safeParse(fields).data;
  return changed && otherWays(found, changed.settings).length > 0 ? fields : { ...stored, port: found.port, ...changes };
}

/** Why a switch of this family cannot keep these VLANs for itself. */
export function vlanInUseMessage(label: string, { vlan, network }: TakenVlan): string {
  return `switch ${label} keeps VLAN ${vlan} for itself, but network ${network} has it: delete that network first`;
}

/** Why a switch cannot be at this address. */
export function addressTakenMessage({ hostname, port }: Pick<SwitchRegistration, 'hostname' | 'port'>): string {
  return `a switch is registered at ${hostname} port ${port} already: one switch must not have two names`;
}

/** Seals a login to the agent that will use it, and to the one place where it may. */
export function sealLogin(
  key: SealingPublicKey,
  label: string,
  { hostname, port }: Pick<SwitchRegistration, 'hostname' | 'port'>,
  login: Credentials,
): Promise<string> {
  return seal(key, { device: `switch/${label}`, hostname, port }, login);
}
