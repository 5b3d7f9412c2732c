import { setTimeout as sleep } from 'node:timers/promises';
import { styleText } from 'node:util';
import { z } from 'zod';
import type { Answer, Api } from './api.ts';
import { entryRow } from './audit-entry.ts';
import type { Operation } from './document.ts';
import { Failure } from './failure.ts';
import { failureOf, jsonOf } from './problem.ts';
import type { Progress } from './progress.ts';
import type { ApiRequest } from './request.ts';
import { show } from './table.ts';
import { harmless, isColoured, pour, type Terminal, writeAll } from './terminal.ts';

/** How often an action is looked at, in ms: first, and at the longest. */
const FIRST_LOOK = 200;
const LONGEST_LOOK = 2_000;
/** How long the API itself may wait for a device before it says how to ask later, in seconds, and at most. */
const PATIENCE = 30;
/** How many entries of a list are fetched at once. */
const PAGE = 1_000;

/** How an answer is waited for and shown. */
interface Manner {
  readonly json: boolean;
  readonly wait: boolean;
  /** For how long, in seconds; undefined: until it is done. */
  readonly timeout: number | undefined;
}

/** What an operation runs in. */
export interface Running {
  readonly terminal: Terminal;
  readonly api: Api;
  readonly progress: Progress;
  readonly manner: Manner;
}

/** Sends a request, waits for whatever a device has to do for it, and shows the answer. Throws Failure where it did not do what it should. */
export async function carryOut(running: Running, operation: Operation, request: ApiRequest): Promise<void> {
  const interrupted = new AbortController();
  const interrupt = () => interrupted.abort();
  process.once('SIGINT', interrupt);
  try {
    await exchange(running, operation, request, interrupted.signal);
  } catch (error) {
    if (!interrupted.signal.aborted || error instanceof Failure) throw error;
    const isHarmless = request.method === 'GET';
    throw new Failure(
      'interrupted',
      isHarmless ? 'interrupted' : 'interrupted before the API answered: look whether it was done before you repeat it',
    );
  } finally {
    process.off('SIGINT', interrupt);
  }
}

async function exchange(running: Running, operation: Operation, request: ApiRequest, signal: AbortSignal): Promise<void> {
  const { terminal, api, progress, manner } = running;
  const until = manner.timeout === undefined ? undefined : performance.now() + manner.timeout * 1000;
  progress.say('waiting for the API', true);
  const answer = await api.send({ ...prepared(operation, request), headers: preferring(manner) }, signal);
  if (answer.stream) {
    progress.end();
    await pour(terminal.stdout, answer.stream, signal);
    return;
  }
  if (answer.status >= 300 || isForeign(answer)) throw failureOf(answer, api.site);
  const isAsked = asksForPart(request);
  if (answer.status !== 202 || !manner.wait) {
    const whole = isAsked ? answer : await withFurtherPages(running, answer, signal);
    progress.end();
    await tell(running, whole, answer.status === 202 ? statusIds(jsonOf(answer.text)) : [], rows[operation.id]);
    if (!manner.json) tellOfEarlier(running, answer);
    if (request.method !== 'GET') failWhereOneFailed(jsonOf(whole.text));
    return;
  }
  const ended = await ending(running, jsonOf(answer.text), until, signal);
  progress.end();
  const failed = failures(ended);
  // Of one action that failed the failure is all there is to say; among several it stands in the table.
  if (manner.json || failed.length === 0 || !isAction(ended)) await tell(running, { ...answer, text: JSON.stringify(ended) }, []);
  failWhereOneFailed(ended);
}

/** Whether it is none of HaaS, which answers JSON or nothing: any other server may stand at a wrong address. */
function isForeign({ text }: Answer): boolean {
  return text !== '' && jsonOf(text) === undefined;
}

/** A list is asked for in large pages, so that no answer is too long, unless the command says which part it wants. */
function prepared({ fields }: Operation, request: ApiRequest): ApiRequest {
  const hasPages = ['limit', 'after'].every((name) => fields.some((field) => field.in === 'query' && field.name === name));
  if (!hasPages || asksForPart(request)) return request;
  return { ...request, path: `${request.path}${request.path.includes('?') ? '&' : '?'}limit=${PAGE}` };
}

function asksForPart({ path }: ApiRequest): boolean {
  return new URL(path, 'http://api').searchParams.has('limit');
}

function preferring({ wait, timeout }: Manner): Record<string, string> {
  if (!wait) return { Prefer: 'respond-async' };
  return timeout === undefined ? {} : { Prefer: `wait=${Math.min(PATIENCE, Math.max(0, Math.floor(timeout)))}` };
}

/** Follows the `Link` of each page (RFC 8288) to the next; all of them are answered as one list. */
async function withFurtherPages({ api }: Running, first: Answer, signal: AbortSignal): Promise<Answer> {
  let next = linkedPage(first, 'next');
  if (next === undefined) return first;
  let whole: unknown = jsonOf(first.text);
  while (next !== undefined) {
    const page = await api.send({ method: 'GET', path: next }, signal);
    if (page.status >= 300) throw failureOf(page, api.site);
    const more = jsonOf(page.text);
    whole = Array.isArray(whole) ? whole.concat(more) : { ...Object(whole), ...Object(more) };
    next = linkedPage(page, 'next');
  }
  return { ...first, text: JSON.stringify(whole) };
}

/** The path of the page after an answer or before it, as its `Link` says. */
function linkedPage({ headers }: Answer, relation: 'next' | 'prev'): string | undefined {
  const [, target] = new RegExp(`<([^>]*)>\\s*;[^,]*\\brel="?${relation}"?`).exec(headers.get('link') ?? '') ?? [];
  if (target === undefined) return undefined;
  // Only what is below the endpoint: credentials go nowhere else.
  const { pathname, search } = new URL(target, 'http://api');
  return pathname + search;
}

const action = z.looseObject({ status_id: z.string() });
const endedAction = z.looseObject({ status: z.enum(['PENDING', 'DONE', 'ERROR']), error: z.string().nullish() });

function isAction(value: unknown): value is z.output<typeof action> {
  return action.safeParse(value).success;
}

/** The ids of all actions in an answer. */
function statusIds(value: unknown): string[] {
  if (isAction(value)) return [value.status_id];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(statusIds) : [];
}

/** An answer with what became of each action in it, when all have ended. Throws Failure when the time is over or the user does not want to wait. */
async function ending(running: Running, answer: unknown, until: number | undefined, signal: AbortSignal): Promise<unknown> {
  const ids = statusIds(answer);
  const ended = new Map<string, unknown>();
  try {
    for (let pause = FIRST_LOOK; ; pause = Math.min(LONGEST_LOOK, pause * 1.5)) {
      for (const id of ids.filter((each) => !ended.has(each))) {
        const told = await look(running, id, signal);
        if (told.status !== 'PENDING') ended.set(id, told);
      }
      if (ended.size === ids.length) return replaced(answer, ended);
      const open = ids.filter((id) => !ended.has(id));
      running.progress.say(
        ids.length === 1 ? `action ${open[0]} is pending` : `${open.length} of ${ids.length} actions are pending`,
      );
      const left = until === undefined ? pause : until - performance.now();
      if (left <= 0) throw new Failure('pending', 'it is not done yet, and goes on.');
      await sleep(Math.min(pause, left), undefined, { signal });
    }
  } catch (error) {
    const further = howToLook(ids.filter((id) => !ended.has(id)));
    if (signal.aborted) throw new Failure('interrupted', `you do not wait any more; what you asked for goes on.\n${further}`);
    if (!(error instanceof Failure)) throw error;
    throw new Failure(error.ending, `${error.message}\n${further}`);
  }
}

function howToLook(ids: readonly string[]): string {
  return ids.map((id) => `What becomes of it: haas networking-action show ${id}`).join('\n');
}

/** Looks what became of an action. */
export async function look(
  { api }: Pick<Running, 'api'>,
  id: string,
  signal: AbortSignal,
): Promise<z.output<typeof endedAction>> {
  const answer = await api.send({ method: 'GET', path: `/v0/networking_action/${encodeURIComponent(id)}` }, signal);
  if (answer.status >= 300) throw failureOf(answer, api.site);
  return endedAction.parse(jsonOf(answer.text));
}

function replaced(value: unknown, ended: ReadonlyMap<string, unknown>): unknown {
  if (isAction(value)) return { ...value, ...Object(ended.get(value.status_id)) };
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, replaced(each, ended)]));
}

/** The report of a device that was looked at, and that could not be reached or understood. */
const failedCheck = z.looseObject({ ok: z.literal(false), step: z.string(), message: z.string() });

/** What is said of each action in an answer that ended in an error, or of a check that failed; `name` is what it is listed under. */
function failures(value: unknown, name = ''): string[] {
  const check = failedCheck.safeParse(value).data;
  if (check) return [`${check.step}: ${check.message}`];
  if (isAction(value)) {
    const { status, error } = endedAction.safeParse(value).data ?? {};
    return status === 'ERROR' ? [`${name === '' ? '' : `${name}: `}${error ?? 'nobody knows why'}`] : [];
  }
  return typeof value === 'object' && value !== null ? Object.entries(value).flatMap(([key, each]) => failures(each, key)) : [];
}

function failWhereOneFailed(value: unknown): void {
  const failed = failures(value);
  if (failed.length > 0) throw new Failure('deviceFailed', failed.map((line) => harmless(line)).join('\n'));
}

/** How the things of a list are shown that are too wide for a table. */
const rows: Readonly<Record<string, (value: unknown) => unknown>> = { list_audit: entryRow, list_project_audit: entryRow };

/** Says how to see what is before a list of which the end is shown. */
function tellOfEarlier({ terminal }: Running, answer: Answer): void {
  const earlier = linkedPage(answer, 'prev');
  const before = earlier === undefined ? null : new URL(earlier, 'http://api').searchParams.get('before');
  if (before !== null) terminal.stderr.write(`haas: there is more before: --before ${harmless(before)}\n`);
}

/** Shows an answer: to scripts exactly what came, to people what they can read. `ids`: of actions that nobody waits for. */
async function tell(
  { terminal, manner }: Running,
  { text }: Answer,
  ids: readonly string[],
  rowOf: (value: unknown) => unknown = (value) => value,
): Promise<void> {
  const { stdout } = terminal;
  if (text === '') return;
  const value = jsonOf(text);
  if (manner.json) {
    // On a terminal controls are written as JSON can write them; it is the same value.
    await writeAll(stdout, `${stdout.isTTY ? harmless(text, 'keep lines') : text}\n`);
  } else if (ids.length > 0) {
    await writeAll(stdout, ids.map((id) => `${harmless(id)}\n`).join(''));
  } else {
    const heading = (line: string) => (isColoured(terminal, stdout) ? styleText('bold', line) : line);
    const shown = Array.isArray(value) ? value.map(rowOf) : value;
    await writeAll(stdout, show(shown, { columns: stdout.isTTY ? stdout.columns || undefined : undefined, heading }));
  }
}
