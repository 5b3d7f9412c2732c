import { setTimeout as sleep } from 'node:timers/promises';
import createClient, { type Client, defaultPathSerializer } from 'openapi-fetch';
import { HaasError } from './errors.ts';
import { type Fetch, retryingFetch } from './retrying-fetch.ts';
import type { components, paths } from './schema.d.ts';

export { HaasConnectionError, HaasError, type Problem } from './errors.ts';
export type { components, operations, paths } from './schema.d.ts';

/** How one signs in: with an API token, as a user, or with a token of Keystone. */
export type Credentials =
  | { readonly token: string }
  | { readonly username: string; readonly password: string }
  | { readonly keystoneToken: string };

/** Where the API is, and how requests to it are made. */
export type HaasClientOptions = Credentials & {
  /** The address of the API: `https://haas.example`; a `/v0` at the end is passed over. */
  readonly endpoint: string;
  /** How often a request is sent at most where no answer comes, the first time included; 5 unless given. */
  readonly attempts?: number;
  /** In place of the global `fetch`. */
  readonly fetch?: Fetch;
};

type Pending = components['schemas']['Pending'];
type Answered<P extends keyof paths> = paths[P] extends {
  get: { responses: { 200: { content: { 'application/json': infer T } } } };
}
  ? T
  : never;
type ConsoleQuery = Omit<NonNullable<paths['/v0/node/{node}/console']['get']['parameters']['query']>, 'write'>;

/** What became of something that a device was to do. */
export type Action = Answered<'/v0/networking_action/{status_id}'>;

/** Something that a device was to do ended as an ERROR; `message` says why. */
export class HaasActionError extends Error {
  override readonly name = 'HaasActionError';
  readonly action: Action;

  constructor(action: Action) {
    super(action.error ?? `${action.type} ended as ${action.status}`);
    this.action = action;
  }
}

type Success<T> = { readonly data: T; readonly response: Response };

/** What a request of openapi-fetch resolves to. */
export type Result<T> = Success<T> | { readonly data?: never; readonly error: unknown; readonly response: Response };

/** Which part of a list is asked for: the query of every list. */
export interface PageQuery {
  limit: string;
  after?: string;
}

/** The client of openapi-fetch, `GET`, `PUT`, `POST`, `PATCH` and `DELETE`, and what concerns devices. */
export interface HaasClient extends Client<paths> {
  /**
   * Waits until an action is DONE, for as long as it takes or until `signal` is aborted, and answers it. Throws HaasActionError where it
   * ends as an ERROR, and HaasError.
   */
  waitForAction(statusId: string, options?: { readonly signal?: AbortSignal }): Promise<Action>;
  /**
   * Waits for a request, and for the action that it may have begun: answers what the request did, or else the DONE action.
   * Throws HaasError and HaasActionError.
   */
  done<T>(request: Promise<Result<T | Pending>>, options?: { readonly signal?: AbortSignal }): Promise<T | Action>;
  /** What the console of a machine says, in pieces of text, for as long as it is watched. Throws HaasError. */
  console(
    machine: { readonly node: string } | { readonly headnode: string },
    query?: ConsoleQuery,
    options?: { readonly signal?: AbortSignal },
  ): AsyncGenerator<string, void>;
}

/** Milliseconds after which an action is asked for first, by which the wait then grows each time, and how long it becomes. */
const POLL = { first: 100, growth: 1.5, longest: 2000 };

/** Makes a client of the API at `endpoint`. Nothing is sent before the first request. Throws TypeError where no header can hold the token. */
export function createHaasClient({
  endpoint,
  attempts = 5,
  fetch = globalThis.fetch,
  ...credentials
}: HaasClientOptions): HaasClient {
  const client = createClient<paths>({
    baseUrl: endpoint.replace(/\/(?:v0\/?)?$/, ''),
    headers: signIn(credentials),
    pathSerializer: fillPath,
    fetch: retryingFetch(fetch, attempts),
  });

  const waitForAction: HaasClient['waitForAction'] = async (statusId, { signal } = {}) => {
    const params = { path: { status_id: statusId } };
    for (let wait = POLL.first; ; wait = Math.min(wait * POLL.growth, POLL.longest)) {
      const action = await answer(client.GET('/v0/networking_action/{status_id}', { params, ...(signal && { signal }) }));
      if (action.status === 'DONE') return action;
      if (action.status === 'ERROR') throw new HaasActionError(action);
      await sleep(wait, undefined, signal && { signal });
    }
  };

  return {
    ...client,
    waitForAction,

    async done(request, options) {
      const data = await answer(request);
      return isPending(data) ? waitForAction(data.status_id, options) : data;
    },

    async *console(machine, query = {}, { signal } = {}) {
      const how = { parseAs: 'stream', ...(signal && { signal }) } as const;
      const bytes = await answer(
        'node' in machine
          ? client.GET('/v0/node/{node}/console', { params: { path: machine, query }, ...how })
          : client.GET('/v0/headnode/{headnode}/console', { params: { path: machine, query }, ...how }),
      );
      const decoder = new TextDecoder();
      for await (const piece of bytes ?? []) yield decoder.decode(piece, { stream: true });
    },
  };
}

/** What a request was answered. Throws HaasError where that is not success. */
export async function answer<T>(request: Promise<Result<T>>): Promise<T> {
  const result = await request;
  if (isSuccess(result)) return result.data;
  throw new HaasError(result.response, result.error);
}

/**
 * A list in pages of at most `size` entries: `get` asks for one. Each page has the shape of the whole list.
 *
 *     for await (const nodes of pages((query) => haas.GET('/v0/nodes/{is_free}', { params: { path: { is_free: 'all' }, query } })))
 */
export async function* pages<T>(get: (query: PageQuery) => Promise<Result<T>>, size = 1000): AsyncGenerator<T, void> {
  let after: string | null = null;
  do {
    const request: Promise<Result<T>> = get({ limit: String(size), ...(after !== null && { after }) });
    yield await answer(request);
    const next: string | undefined = /<([^>]*)>;\s*rel="next"/.exec((await request).response.headers.get('link') ?? '')?.[1];
    after = next === undefined ? null : new URL(next, 'http://haas').searchParams.get('after');
  } while (after !== null);
}

function signIn(credentials: Credentials): Record<string, string> {
  if ('token' in credentials) return { Authorization: `Bearer ${headerValue(credentials.token)}` };
  if ('keystoneToken' in credentials) return { 'X-Auth-Token': headerValue(credentials.keystoneToken) };
  const { username, password } = credentials;
  return { Authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` };
}

/** A token as a header can hold it. What cannot be sent is refused here: `fetch` would tell all of it in its error. */
function headerValue(token: string): string {
  if (/[^\x20-\x7e]/.test(token.trim())) throw new TypeError('the token holds a character that no token has: is it in one line?');
  return token.trim();
}

/** Fills in the parameters of a path. What a URL would take for a step to another path is no name. */
function fillPath(path: string, params: Record<string, unknown>): string {
  for (const [name, value] of Object.entries(params)) {
    if (value === '' || value === '.' || value === '..')
      throw new TypeError(`${name} is ${JSON.stringify(value)}, which names nothing`);
  }
  return defaultPathSerializer(path, params);
}

function isSuccess<T>(result: Result<T>): result is Success<T> {
  return result.response.ok;
}

function isPending(data: unknown): data is Pending {
  return typeof data === 'object' && data !== null && 'status_id' in data;
}
