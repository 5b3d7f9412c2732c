import { z } from 'zod';
import { LabError } from './lab-error.ts';
import { until } from './wait.ts';

/** How an answer reads. */
interface Answer {
  readonly status: number;
  readonly body: unknown;
}

const action = z.object({ status: z.enum(['PENDING', 'DONE', 'ERROR']), error: z.string().nullish() });
const accepted = z.object({ status_id: z.string() });

/** One user of the API, who speaks nothing but HTTP. */
export class Client {
  readonly #api: string;
  readonly #authorization: string;
  readonly #evidence: () => Promise<string>;

  /** `evidence` is told where something that was asked for does not happen. */
  constructor(url: string, user: string, password: string, evidence: () => Promise<string>) {
    this.#api = `${url}/v0`;
    this.#authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
    this.#evidence = evidence;
  }

  /** Sends a request and answers whatever comes. */
  async send(method: string, path: string, body?: unknown): Promise<Answer> {
    const response = await this.fetch(method, path, body);
    const text = await response.text();
    return { status: response.status, body: text === '' ? null : JSON.parse(text) };
  }

  /** Sends a request, and waits for the end of what it sets in motion. Throws LabError unless it was done. */
  async call(method: string, path: string, body?: unknown): Promise<unknown> {
    const answer = await this.send(method, path, body);
    if (answer.status === 202) return this.#finished(`${method} ${path}`, accepted.parse(answer.body).status_id);
    if (answer.status === 200) return answer.body;
    throw new LabError(
      `${method} ${path} was answered ${answer.status} ${JSON.stringify(answer.body)}\n${await this.#evidence()}`,
    );
  }

  /** Sends a request whose answer may have no end. */
  fetch(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<Response> {
    return fetch(`${this.#api}${path}`, {
      method,
      headers: { authorization: this.#authorization },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal ? { signal } : {}),
    });
  }

  async #finished(request: string, id: string): Promise<unknown> {
    const ended = await until(
      `${request} is done`,
      async () => {
        const now = action.parse((await this.send('GET', `/networking_action/${id}`)).body);
        return now.status === 'PENDING' ? undefined : now;
      },
      { limit: 60_000, tail: this.#evidence },
    );
    if (ended.status === 'DONE') return ended;
    throw new LabError(`${request} was not done: ${ended.error ?? 'no reason is told'}\n${await this.#evidence()}`);
  }
}
