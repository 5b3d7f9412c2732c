import type { Connection } from '../../db/client.ts';
import type { NodeBmc } from '../../db/queries/bmcs.ts';
import { findConsole, listConsoles, type ShownConsole } from '../../db/queries/consoles.ts';
import { Redirect } from '../http/operation.ts';
import type { Problem } from '../http/problem.ts';
import type { ConsoleMachine } from './console-machine.ts';
import { type Asking, bmcAccessOf, type bmcRefusals, type obmRefusals, ownBmc, reachBmc } from './obm-access.ts';

/** A locked node as the machine that a console belongs to; undefined where no agent holds its console. */
export function consoleOfNode({ id, label, projectId, way }: NodeBmc): ConsoleMachine | undefined {
  if (way.by !== 'agent') return undefined;
  return { of: 'node', id, label, projectId, agentId: way.agentId, way: { bmc: bmcAccessOf(label, way) } };
}

/** Finds a node for a caller who may use its console, kept as it is until the transaction ends, or where at obmd that console is. */
export async function reachNodeConsole(
  asking: Asking<keyof typeof obmRefusals>,
  label: string,
): Promise<ConsoleMachine | Redirect> {
  const node = await reachBmc(asking, label, 'console');
  if (node instanceof Redirect) return node;
  const { id, projectId, way, bmc } = node;
  return { of: 'node', id, label, projectId, agentId: way.agentId, way: { bmc } };
}

/**
 * The console of a node's present reservation, if it has one. Outside of a transaction the node may have been given to another project
 * since it was found: what the caller may see is decided again.
 */
export async function presentNodeConsole(
  context: Pick<Asking<keyof typeof bmcRefusals>, 'caller' | 'refuse'> & { readonly sql: Connection },
  node: { readonly id: number; readonly label: string },
): Promise<ShownConsole | undefined> {
  const console = await findConsole(context.sql, { of: 'node', id: node.id });
  if (console) ownBmc(context, { ...node, projectId: console.projectId }, node.label);
  return console;
}

/** The logs of the consoles of a node: all of them, of whichever project, unless less is asked for. */
export async function logsOfNode(
  { sql, refuse }: { readonly sql: Connection; readonly refuse: (code: 'unknown_node', message: string) => Problem },
  label: string,
  listed: Parameters<typeof listConsoles>[2] = { projects: null },
): Promise<ShownConsole[]> {
  const consoles = await listConsoles(sql, { of: 'node', label }, listed);
  if (!consoles) throw refuse('unknown_node', `there is no node ${label}`);
  return consoles;
}
