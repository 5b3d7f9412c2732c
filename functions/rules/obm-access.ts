import type { Tx } from '../../db/client.ts';
import { type BmcAccess, bmcAccess } from '../../db/devices/obm.ts';
import { type AgentWay, findBmc, type NodeBmc, type ObmdWay } from '../../db/queries/bmcs.ts';
import { type Caller, mayActFor } from '../http/caller.ts';
import { Redirect } from '../http/operation.ts';
import type { FieldError, Problem } from '../http/problem.ts';
import type { Services } from '../services.ts';

/** Refusals of whatever concerns the BMC of a node, in the order in which they are looked for. */
export const bmcRefusals = {
  unknown_node: ['NotFoundError', 'no node has this name'],
  not_your_node: ['AuthorizationError', 'the node is free, or of a project that the caller does not act for'],
} as const;

/** Refusals of whatever uses the BMC of a node. */
export const obmRefusals = {
  ...bmcRefusals,
  obm_disabled: ['BlockedError', 'out-of-band management of the node is not enabled'],
} as const;

/** Refusal of fields that obmd does not have. */
export const obmdRefusals = {
  only_without_obmd: [
    'BadArgumentError',
    'the field is for nodes whose BMC an agent drives, and the BMC of this one is reached by obmd',
  ],
} as const;

/** Refuses those of the fields that are there: a client that is sent to obmd would find them ignored. */
export function refuseForObmd(
  refuse: (code: keyof typeof obmdRefusals, message: string, errors: readonly FieldError[]) => Problem,
  label: string,
  fields: Readonly<Record<string, unknown>>,
): void {
  const given = Object.keys(fields).filter((name) => fields[name] !== undefined);
  if (given.length === 0) return;
  throw refuse(
    'only_without_obmd',
    `the BMC of node ${label} is reached by obmd, which knows no ${given.join(', ')}`,
    given.map((name) => ({ path: `body.${name}`, msg: 'is not for nodes with obmd' })),
  );
}

/** The operations that obmd has, by the end of their path. */
export type ObmdOperation = 'power_on' | 'power_off' | 'power_cycle' | 'power_status' | 'boot_device' | 'console';

/** What finding the way to a BMC takes of an operation's context: some of them outside of a transaction. */
export interface Asking<Code extends string> {
  readonly tx: Tx;
  readonly caller: Caller;
  readonly services: Pick<Services, 'secrets'>;
  readonly refuse: (code: Code, message: string) => Problem;
}

/** A node whose BMC an agent drives, and how the agent reaches it. */
export interface DrivenNode extends NodeBmc {
  readonly way: AgentWay;
  readonly bmc: BmcAccess;
}

/**
 * Finds the way to the BMC of a node for a caller who may use it: the node that an agent drives, kept as it is until the transaction
 * ends; or, where that is the way, the address at obmd to which the client is sent.
 */
export async function reachBmc(
  asking: Asking<keyof typeof obmRefusals>,
  label: string,
  operation: ObmdOperation,
): Promise<DrivenNode | Redirect> {
  const { services, refuse } = asking;
  const node = ownBmc(asking, await findBmc(asking.tx, label), label);
  if (!node.enabled) {
    throw refuse(
      'obm_disabled',
      `out-of-band management of node ${label} is not enabled: PUT /v0/node/${label}/obm {"enabled": true} does that`,
    );
  }
  const { way } = node;
  if (way.by === 'obmd') return new Redirect(obmdAddress(way, operation, services.secrets));
  return { ...node, way, bmc: bmcAccessOf(node.label, way) };
}

/** The node found, where the caller may act for it. Of a free node that is administrators. */
export function ownBmc<N extends Pick<NodeBmc, 'projectId'>>(
  { caller, refuse }: Pick<Asking<keyof typeof bmcRefusals>, 'caller' | 'refuse'>,
  node: N | undefined,
  label: string,
): N {
  if (!node) throw refuse('unknown_node', `there is no node ${label}`);
  if (!mayActFor(caller, node.projectId)) {
    throw refuse('not_your_node', `node ${label} is free, or of a project that you do not act for`);
  }
  return node;
}

/** How an agent reaches a BMC, as it goes into a signed command. What is queued keeps it, whatever becomes of the node meanwhile. */
export function bmcAccessOf(label: string, { type, host, port, settings, sealed }: AgentWay): BmcAccess {
  return bmcAccess.parse({ label, type, host, port, settings, sealed });
}

/** The address of an operation at obmd. It holds the token that lets whoever knows it use the BMC: log it nowhere. */
function obmdAddress({ uri, session }: ObmdWay, operation: ObmdOperation, secrets: Services['secrets']): string {
  if (session === null) throw new Error('an obmd node is enabled without a token');
  return `${obmdPath(uri, operation)}?token=${encodeURIComponent(secrets.decrypt(session))}`;
}

/** An address below that of a node at obmd, in characters that a header may hold. */
export function obmdPath(uri: string, rest: string): string {
  return `${uri.replace(/\/+$/, '').replace(/[^!-~]+/gu, encodeURIComponent)}/${rest}`;
}
