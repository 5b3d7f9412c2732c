import { z } from 'zod';
import { bmcSettings, cipherSuite, type Obm, obm, obmDescriptions, obmTypeNames, privilegeLevel } from '../../db/devices/obm.ts';
import type { AgentWay, ObmdWay } from '../../db/queries/bmcs.ts';
import { fieldErrors } from '../http/operation.ts';
import type { FieldError, Problem } from '../http/problem.ts';
import type { Obmd } from './bmc-registration.ts';

/** Refusals of a change of the way to a BMC. */
export const changeRefusals = {
  bad_fields: ['BadArgumentError', 'with what is stored the fields are no way to a BMC'],
  login_needed: ['BadArgumentError', 'an address, an agent or a part of a login is changed, and the login is not given whole'],
} as const;

type Refuse = (code: keyof typeof changeRefusals, message: string, errors: readonly FieldError[]) => Problem;

function orNull<D extends { readonly description: string }>(described: D): D {
  return { ...described, description: `${described.description}; null takes it away` };
}

/** Fields of `obm` as a change names them: null takes a setting away. What they must be together is judged with those that are stored. */
export const obmChange = z.strictObject({
  type: z.string().meta({ enum: obmTypeNames }).optional().meta(obmDescriptions.type),
  host: z.string().optional().meta(obmDescriptions.host),
  port: z.int().meta({ minimum: 1, maximum: 65535 }).optional().meta(obmDescriptions.port),
  user: z.string().optional().meta(obmDescriptions.user),
  password: z.string().optional().meta(obmDescriptions.password),
  cipher_suite: z
    .int()
    .meta({ enum: [...cipherSuite.values] })
    .nullable()
    .optional()
    .meta(orNull(obmDescriptions.cipher_suite)),
  privilege_level: z
    .string()
    .meta({ enum: privilegeLevel.options })
    .nullable()
    .optional()
    .meta(orNull(obmDescriptions.privilege_level)),
});
type ObmChange = z.output<typeof obmChange>;

/** A way to a BMC by an agent, as a change makes it. */
export interface ChangedObm {
  readonly obm: Obm;
  /** The login in it was given now. Otherwise it stands for the one that is sealed, and nothing that is sealed with it differs. */
  readonly isLoginGiven: boolean;
  /** Something else may answer there. */
  readonly isMoved: boolean;
}

/**
 * The way to a BMC by an agent that a change makes of the one before, if there was one. A login is sealed together with the address and
 * to the agent, so another of these needs it again.
 */
export function changedObm(refuse: Refuse, before: AgentWay | undefined, change: ObmChange, hasOtherAgent: boolean): ChangedObm {
  const lacking = (['user', 'password'] as const).filter((field) => change[field] === undefined);
  const isLoginGiven = lacking.length === 0;
  const stored = before && { type: before.type, host: before.host, port: before.port, ...bmcSettings.parse(before.settings) };
  // What is sealed cannot be read: something that is right stands for it.
  const login = before && lacking.length === 2 ? { user: 'sealed', password: '' } : {};
  const fields = Object.entries({ ...stored, ...login, ...change }).filter(([, value]) => value !== null);
  const parsed = obm.safeParse(Object.fromEntries(fields));
  const moved = before && parsed.success ? movedParts(before, parsed.data, hasOtherAgent) : [];
  if (before && !isLoginGiven && (lacking.length === 1 || moved.length > 0)) {
    const why =
      moved.length > 0
        ? `the login is sealed together with ${moved.join(', ')}, which is changed`
        : 'a login is changed as a whole';
    throw refuse(
      'login_needed',
      `${why}: give ${lacking.join(' and ')} as well`,
      lacking.map((field) => ({ path: `body.obm.${field}`, msg: 'is needed' })),
    );
  }
  if (!parsed.success) throw badFields(refuse, fieldErrors('body.obm', parsed.error));
  return { obm: parsed.data, isLoginGiven, isMoved: !before || moved.length > 0 };
}

function movedParts(before: AgentWay, { type, host, port }: Obm, hasOtherAgent: boolean): string[] {
  return [
    ...(type === before.type ? [] : ['type']),
    ...(host === before.host ? [] : ['host']),
    ...(port === before.port ? [] : ['port']),
    ...(hasOtherAgent ? ['agent'] : []),
  ];
}

/** A way to a BMC by obmd, as a change makes it. */
export interface ChangedObmd {
  readonly uri: string;
  /** Undefined: it stays what it was. */
  readonly admin_token: string | undefined;
  /** Something else may answer there. */
  readonly isMoved: boolean;
}

/** The way to a BMC by obmd that a change makes of the one before, if there was one. No other address gets the token of the first. */
export function changedObmd(
  refuse: Refuse,
  before: ObmdWay | undefined,
  { uri = before?.uri, admin_token }: Partial<Record<keyof Obmd, string | undefined>>,
): ChangedObmd {
  const isMoved = uri !== before?.uri;
  if (uri !== undefined && !(isMoved && admin_token === undefined)) return { uri, admin_token, isMoved };
  const lacking = [...(uri === undefined ? ['uri'] : []), ...(admin_token === undefined ? ['admin_token'] : [])];
  throw refuse(
    'login_needed',
    `the token is for one address only: give ${lacking.join(' and ')} as well`,
    lacking.map((field) => ({ path: `body.obmd.${field}`, msg: 'is needed' })),
  );
}

function badFields(refuse: Refuse, errors: readonly FieldError[]): Problem {
  return refuse('bad_fields', errors.map(({ path, msg }) => `${path}: ${msg}`).join('; '), errors);
}
