import { decodeJwt } from 'jose';
import { z } from 'zod';
import type { VmHostReport } from '../../db/devices/vm-host.ts';
import { createApp } from '../../functions/app.ts';
import { operations } from '../../functions/operations.ts';
import { type BmcOrder, bmcAgent, bmcOrder } from './bmc-agent.ts';
import { until } from './until.ts';
import { type Answer, basic, keys, statusId, type World } from './world.ts';

/** What the host of these tests offers: two images, and room for three headnodes of the smaller one. */
export const offer: VmHostReport = {
  templates: [
    { name: 'debian-12', memory: 2048, vcpus: 2, disk: 10 },
    { name: 'tiny', memory: 1024, vcpus: 1, disk: 4 },
  ],
  limits: { memory: 3072, vcpus: 8, disk: 100 },
  problems: [],
};

/** Has an agent offer something for headnodes, as if it had told so just now. */
export async function offerHeadnodes(w: World, report: Partial<VmHostReport> = {}, agent = 'rack-1'): Promise<void> {
  const told = w.sql.json({ ...offer, ...report });
  await w.sql`update agents set vm_host = ${told}, last_seen_at = now() where label = ${agent}`;
}

/** Enrols another agent, which offers the same. */
export async function anotherHost(w: World, agent: string, report: Partial<VmHostReport> = {}): Promise<void> {
  const { kty, crv, x } = keys.sealing;
  await w.arrange('PUT', `/agent/${agent}`, { public_key: { kty, crv, x } });
  await offerHeadnodes(w, report, agent);
}

/** Creates a headnode of project blue from the image `tiny`. */
export function headnode(w: World, label = 'h1', fields: object = {}): Promise<Answer> {
  return w.arrange('PUT', `/headnode/${label}`, { project: 'blue', base_img: 'tiny', ...fields });
}

/** A world's host with the headnode h1 of project blue, never started, with the interface eth0. */
export async function withHeadnode(w: World): Promise<void> {
  await offerHeadnodes(w);
  await headnode(w);
  await w.arrange('PUT', '/headnode/h1/hnic/eth0');
}

/** As `withHeadnode`, started and running. */
export async function withRunningHeadnode(w: World): Promise<void> {
  await withHeadnode(w);
  await ended(w, await asked(w, 'POST', '/headnode/h1/start'), 'done', { state: 'running', vncport: 5900 });
}

/** Has something asked of a headnode, and not waited for. */
export async function asked(w: World, method: string, path: string, user = 'root'): Promise<Answer> {
  const answer = await w.call(user, method, path, undefined, { prefer: 'respond-async' });
  if (answer.status !== 202) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
  return answer;
}

/** Ends what an answer promised as an agent would that read the headnode so. */
export function ended(w: World, answer: Answer, status: 'done' | 'failed' | 'unknown', state: object | null): Promise<void> {
  return endCommand(w, statusId(answer), status, state);
}

/** As `ended`, of a command by its id. */
export async function endCommand(
  w: World,
  id: string,
  status: 'done' | 'failed' | 'unknown',
  state: object | null,
): Promise<void> {
  const result = state === null ? null : w.sql.json({ headnode: { ...state } });
  const reason = { done: null, failed: 'device-refused', unknown: 'unproven' }[status];
  await w.sql`select finish_command(${id}, ${status}, ${reason}, ${status === 'done' ? null : 'the host said no'}, ${result})`;
  // As an API host that listens would have heard.
  w.services.finished.heard(id);
}

/** Sends a request as Ada that waits for an agent; resolves when it waits. Its answer comes when the agent has ended what it waits for. */
export async function waitingFor(
  w: World,
  method: string,
  path: string,
): Promise<{ answer: Promise<{ status: number; text: string }> }> {
  let isWaiting = false;
  const { finished } = w.services;
  const watched: typeof finished = {
    ...finished,
    wait(...request) {
      const waited = finished.wait(...request);
      isWaiting = true;
      return waited;
    },
  };
  const headers = { authorization: basic('ada'), prefer: 'wait=50' };
  const sent = createApp({ ...w.services, finished: watched }, operations).request(`http://haas.test/v0${path}`, {
    method,
    headers,
  });
  const answer = Promise.resolve(sent).then(async (response) => ({ status: response.status, text: await response.text() }));
  await until(() => isWaiting, `${method} ${path} waits`);
  return { answer };
}

/** Carries out every command to a headnode as soon as the agent rack-1 is woken for it; `vncport` is 5900. Ends with the world. */
export function headnodeAgent(w: World): Promise<void> {
  const machines = new Map<string, 'running' | 'stopped'>();
  return bmcAgent(w, ({ kind, parameters }) => {
    const { uuid } = z.object({ uuid: z.string() }).parse(parameters['headnode']);
    if (kind === 'headnode.start') machines.set(uuid, 'running');
    if (kind === 'headnode.stop' && machines.has(uuid)) machines.set(uuid, 'stopped');
    if (kind === 'headnode.delete') machines.delete(uuid);
    const state = machines.get(uuid) ?? 'absent';
    return { status: 'done', result: { headnode: state === 'running' ? { state, vncport: 5900 } : { state } } };
  });
}

/** The orders to headnodes that are on record, in the order in which they were issued. */
export async function headnodeOrders(w: World): Promise<BmcOrder[]> {
  const rows = await w.sql`select signed from commands where kind like 'headnode.%' order by seq`;
  return rows.map(({ signed }) => bmcOrder.parse(decodeJwt(signed)));
}

/** What happens to headnodes when nobody takes a command in time: it is long over. */
export function expire(w: World): Promise<unknown> {
  return w.sql`update commands set not_after = now() - interval '1 hour' where finished_at is null`;
}

/** The cases of the refusals that everything shares that concerns headnode h1, which is of project blue. */
export const headnodeRefusalCases = {
  unknown_headnode: { params: { headnode: 'nope', hnic: 'eth0' } },
  not_your_headnode: { as: 'other' },
} as const;

/** The case of the refusal of what comes too late for headnode h1. */
export const deletionCases = {
  being_deleted: { arrange: deleting },
} as const;

/** The cases of the refusals of what changes the interfaces of headnode h1. */
export const frozenCases = {
  ...deletionCases,
  frozen: { arrange: (w: World) => asked(w, 'POST', '/headnode/h1/start') },
} as const;

async function deleting(w: World): Promise<void> {
  await bmcAgent(w, () => null);
  await ended(w, await asked(w, 'POST', '/headnode/h1/start'), 'done', { state: 'stopped' });
  await asked(w, 'DELETE', '/headnode/h1');
}

/** An agent whose every command ends in this way, in words that tests find again. */
const endsAs = (status: 'failed' | 'refused' | 'unknown', reason: string) => (w: World) =>
  bmcAgent(w, () => ({ status, reason, message: `it ended as ${reason}` }));

/** The cases of the refusals that tell how a command to a headnode ended. */
export const headnodeEndingCases = {
  headnode_failed: { arrange: endsAs('failed', 'device-refused'), isOnRecord: true },
  agent_refused: { arrange: endsAs('refused', 'policy'), isOnRecord: true },
  outcome_unknown: { arrange: endsAs('unknown', 'unproven'), isOnRecord: true },
} as const;
