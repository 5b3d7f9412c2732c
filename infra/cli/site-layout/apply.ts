import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { look, type Running } from '../carry-out.ts';
import type { Operation } from '../document.ts';
import { Failure } from '../failure.ts';
import { failureOf, jsonOf } from '../problem.ts';
import { requestOf } from '../request.ts';
import { inParallel } from './parallel.ts';
import type { Path } from './place.ts';
import { shownNumber } from './show-plan.ts';
import { type Phase, phases, type Step } from './step.ts';

/** How many requests are under way at once, and how many actions of devices are waited for. */
const AT_ONCE = 16;
const ACTIONS_AT_ONCE = 32;
const DEVICE_PHASES: readonly Phase[] = ['take NICs off networks', 'connections'];

/** How often an action is looked at, in ms: first, and at the longest. */
const FIRST_LOOK = 100;
const LONGEST_LOOK = 2_000;

/**
 * Requests of which a site has thousands. They go without a key, which costs the API as much again as what it is asked: it makes each of
 * them once by itself, and what comes a second time is told that it is there already.
 */
const BY_THE_THOUSAND = ['switch_register_port', 'node_register', 'node_register_nic', 'port_connect_nic'];

const duplicate = z.object({ type: z.literal('DuplicateError') });
const ordered = z.object({ status_id: z.string() });
const refused = z.object({ code: z.string() });
const shownNode = z.object({ nics: z.array(z.object({ label: z.string(), networks: z.record(z.string(), z.string()) })) });

interface Refusal {
  readonly step: Step;
  readonly failure: Failure;
}

/** Takes the steps of a plan, phase by phase. Throws Failure, which tells what was done and what was not, when one is refused or `signal` says so. */
export async function apply(
  running: Running,
  operations: readonly Operation[],
  steps: readonly Step[],
  placeOf: (path: Path) => string,
  signal: AbortSignal,
): Promise<void> {
  const { progress, manner } = running;
  const until = manner.timeout === undefined ? undefined : performance.now() + manner.timeout * 1000;
  const byId = new Map(operations.map((operation) => [operation.id, operation]));
  const done = new Set<Step>();
  const refusals: Refusal[] = [];
  for (const phase of phases) {
    const own = steps.filter((step) => step.phase === phase);
    if (own.length === 0) continue;
    progress.say(`${phase}: ${shownNumber(own.length)}`);
    let ended = 0;
    await inParallel(lanesOf(own), DEVICE_PHASES.includes(phase) ? ACTIONS_AT_ONCE : AT_ONCE, async (lane) => {
      for (const step of lane) {
        if (refusals.length > 0 || signal.aborted) return;
        try {
          await take(running, operationOf(byId, step), step, until, signal);
          done.add(step);
        } catch (error) {
          if (signal.aborted) return;
          if (!(error instanceof Failure)) throw error;
          refusals.push({ step, failure: error });
        }
        ended += 1;
        progress.say(`${phase}: ${shownNumber(ended)} of ${shownNumber(own.length)}`, true);
      }
    });
    if (refusals.length > 0 || signal.aborted) {
      progress.end();
      throw stopped(steps, done, refusals, placeOf);
    }
  }
  progress.end();
}

/** Steps of one lane one after another, in the order in which they first come. */
function lanesOf(steps: readonly Step[]): Step[][] {
  const lanes = new Map<string | Step, Step[]>();
  for (const step of steps) {
    const key = step.lane ?? step;
    const lane = lanes.get(key);
    if (lane) lane.push(step);
    else lanes.set(key, [step]);
  }
  return [...lanes.values()];
}

function operationOf(operations: ReadonlyMap<string, Operation>, { operation }: Step): Operation {
  const known = operations.get(operation);
  if (!known) throw new Error(`the document of the API has no operation ${operation}`);
  return known;
}

async function take(running: Running, operation: Operation, step: Step, until: number | undefined, signal: AbortSignal) {
  const { api } = running;
  const inPath = new Set(operation.fields.filter((field) => field.in === 'path').map(({ name }) => name));
  const values = Object.entries(step.values).filter(([, value]) => value !== undefined);
  const path = values.filter(([name]) => inPath.has(name));
  // Sent as it is: what a word may mean on a command line (`@file`) it does not mean here.
  const body = values.filter(([name]) => !inPath.has(name));
  const request = requestOf(operation, Object.fromEntries(path), body.length > 0 ? Object.fromEntries(body) : undefined);
  // Not called off: what became of it would not be known, and it is answered soon.
  const send = () => api.send({ ...request, isRepeatable: BY_THE_THOUSAND.includes(operation.id) });
  let answer = await send();
  // An import before, which was interrupted, may have ordered what is still under way at the device.
  while (DEVICE_PHASES.includes(step.phase) && codeOf(answer) === 'busy') {
    if (until !== undefined && performance.now() >= until) throw new Failure('pending', failureOf(answer, api.site).message);
    await sleep(LONGEST_LOOK, undefined, { signal });
    answer = await send();
  }
  if (await isDoneMeanwhile(running, step, codeOf(answer))) return;
  if (answer.isRepeated && duplicate.safeParse(jsonOf(answer.text)).success) return;
  if (answer.status >= 300) throw failureOf(answer, api.site);
  const action = ordered.safeParse(jsonOf(answer.text)).data;
  if (answer.status === 202 && action) await ending(running, action.status_id, until, signal);
}

function codeOf({ status, text }: { readonly status: number; readonly text: string }): string | undefined {
  return status >= 300 ? refused.safeParse(jsonOf(text)).data?.code : undefined;
}

/** Whether a NIC is on its network, or off it, since the plan was made, so that the API refuses to do it again. */
async function isDoneMeanwhile({ api }: Running, { values }: Step, code: string | undefined): Promise<boolean> {
  if (code === 'not_connected') return true;
  if (code !== 'already_connected') return false;
  const answer = await api.send({ method: 'GET', path: `/v0/node/${encodeURIComponent(String(values['node']))}` });
  const nics = shownNode.safeParse(jsonOf(answer.text)).data?.nics ?? [];
  // On another channel it is not what the layout says.
  return nics.find(({ label }) => label === values['nic'])?.networks[String(values['channel'])] === values['network'];
}

/** Waits for a device. Throws Failure where it did not do what it should, or the time is over. */
async function ending(running: Running, id: string, until: number | undefined, signal: AbortSignal): Promise<void> {
  for (let pause = FIRST_LOOK; ; pause = Math.min(LONGEST_LOOK, pause * 1.5)) {
    const { status, error } = await look(running, id, signal);
    if (status === 'DONE') return;
    if (status === 'ERROR') throw new Failure('deviceFailed', error ?? 'nobody knows why');
    const left = until === undefined ? pause : until - performance.now();
    if (left <= 0) throw new Failure('pending', `it is not done yet, and goes on: haas networking-action show ${id}`);
    await sleep(Math.min(pause, left), undefined, { signal });
  }
}

/** What is told of an import that was stopped. */
function stopped(
  steps: readonly Step[],
  done: ReadonlySet<Step>,
  refusals: readonly Refusal[],
  placeOf: (path: Path) => string,
): Failure {
  const counts = (are: 'done' | 'not done') =>
    phases
      .flatMap((phase) => {
        const own = steps.filter((step) => step.phase === phase);
        const number = own.filter((step) => done.has(step) === (are === 'done')).length;
        return number === 0
          ? []
          : [`${phase} ${shownNumber(number)}${number === own.length ? '' : ` of ${shownNumber(own.length)}`}`];
      })
      .join(', ');
  const lines = [
    ...refusals.map(({ step, failure }) => `${placeOf(step.path)}: ${step.what}: ${failure.message}`),
    ...(refusals.length === 0 ? ['interrupted'] : []),
    `Done: ${counts('done') || 'nothing'}.`,
    `Not done: ${counts('not done')}.`,
    'What was done stays. Import again when this is put right: only what is missing is sent.',
  ];
  return new Failure(refusals[0]?.failure.ending ?? 'interrupted', lines.join('\n'));
}
