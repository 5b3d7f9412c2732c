import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { Disturbances } from './disturbances.ts';
import type { Random } from './random.ts';
import type { Tally } from './tally.ts';
import type { Violations } from './violations.ts';

/** For how long a request is sent again before it is given up, in ms: a database that crashed has to recover meanwhile. */
const PERSISTENCE = 60_000;
/** In how many of a hundred cases the answer to a change that can be sent again is lost on the way. */
const LOST = 5;
/** How long an answer may take, in ms. */
const PATIENCE = 60_000;

/** An HTTP answer; `body` is parsed JSON, or null when empty. Status 0: none came. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** A change that was answered well: it must be in the audit, once. */
export interface Accepted {
  readonly request: string;
  readonly operation: string;
}

/** What all clients of a run share. */
export interface Run {
  readonly hosts: readonly string[];
  readonly tally: Tally;
  readonly violations: Violations;
  readonly disturbances: Disturbances;
  readonly accepted: Accepted[];
  /** Ids of actions that were promised. */
  readonly promised: string[];
  /** How often a request was sent again. */
  retries: number;
  requests: number;
}

const problem = z.object({ type: z.string(), code: z.string() });
const promise = z.object({ status_id: z.uuid() });

/**
 * Somebody who uses both API hosts. A change is sent with an `Idempotency-Key`, and sent again, to the other host maybe, until there is an
 * answer; some are sent without, and once.
 */
export class Client {
  readonly #run: Run;
  readonly #random: Random;
  authorization: string;

  constructor(run: Run, random: Random, authorization: string) {
    this.#run = run;
    this.#random = random;
    this.authorization = authorization;
  }

  /** Sends a request, as the operation of this id, and counts its end. */
  async send(operation: string, method: string, path: string, body?: unknown, prefer?: string): Promise<Answer> {
    const run = this.#run;
    const request = `soak-${++run.requests}`;
    const isChange = method !== 'GET';
    const isKeyed = isChange && this.#random.percent(90);
    const headers = {
      authorization: this.authorization,
      'x-request-id': request,
      ...(isKeyed ? { 'idempotency-key': request } : {}),
      ...(prefer === undefined ? {} : { prefer }),
    };
    const begun = Date.now();
    let answer = await this.#once(method, path, headers, body);
    if (isKeyed && this.#random.percent(LOST)) answer = { status: 0, body: null };
    while (isWorthARetry(answer) && (!isChange || isKeyed) && Date.now() < begun + PERSISTENCE) {
      run.retries += 1;
      await delay(50 + this.#random.between(0, 300));
      answer = await this.#once(method, path, headers, body);
    }
    this.#count(operation, request, answer, begun, isChange);
    return answer;
  }

  async #once(method: string, path: string, headers: Record<string, string>, body: unknown): Promise<Answer> {
    const { hosts, disturbances, violations } = this.#run;
    const begun = Date.now();
    try {
      const response = await fetch(`${this.#random.oneOf(hosts)}/v0${path}`, {
        method,
        headers,
        signal: AbortSignal.timeout(PATIENCE),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, body: text === '' ? null : JSON.parse(text) };
    } catch (error) {
      if (!disturbances.within(begun))
        violations.add('a request got no answer, and nobody was killed', `${method} ${path}: ${String(error)}`);
      return { status: 0, body: null };
    }
  }

  #count(operation: string, request: string, answer: Answer, begun: number, isChange: boolean): void {
    const { tally, violations, disturbances, accepted, promised } = this.#run;
    const { code } = problem.safeParse(answer.body).data ?? {};
    const { status } = answer;
    tally.count(operation, status === 0 ? 'no answer' : code === undefined ? String(status) : `${status} ${code}`);
    if (status >= 200 && status < 300 && isChange) accepted.push({ request, operation });
    const action = promise.safeParse(answer.body).data;
    if (status === 202 && action) promised.push(action.status_id);
    const isOwed = status < 500 || code === 'pool_exhausted' || (status !== 500 && disturbances.within(begun));
    if (!isOwed)
      violations.add('an error of the server', `${operation} (request ${request}): ${status} ${JSON.stringify(answer.body)}`);
  }
}

/** Whether a request got no answer, or was turned away for now. */
function isWorthARetry({ status, body }: Answer): boolean {
  return status === 0 || problem.safeParse(body).data?.type === 'UnavailableError';
}
