import { setTimeout as sleep } from 'node:timers/promises';
import { HaasConnectionError } from './errors.ts';

/** Sends a request, as the global `fetch` does. */
export type Fetch = (request: Request) => Promise<Response>;

/** Milliseconds within which the first retry follows, where the API does not say when; for each further one twice as many. */
const FIRST_WAIT = 400;
/** Milliseconds: the longest of these waits. */
const LONGEST_WAIT = 5000;
/**
 * Milliseconds for which the API is obeyed that wants to be asked again: longer than any request waits for a device, as a lost one may still
 * be under way. Then its answer is handed on.
 */
const LONGEST_OBEYED = 90_000;

/** What no other address is told. */
const PRIVATE_HEADERS = ['authorization', 'x-auth-token', 'idempotency-key'];

/**
 * Sends requests to the API until they are answered: again when the connection is lost, until that has happened `attempts` times, and when
 * the API asks for it (429 and 503 with `Retry-After`). Changes get an `Idempotency-Key`, so that none is made twice. A 307 is followed, without
 * credentials where it leads elsewhere. Throws HaasConnectionError.
 */
export function retryingFetch(fetch: Fetch, attempts: number): Fetch {
  return async (given) => {
    const { url, method, signal } = given;
    const headers = new Headers(given.headers);
    const body = (await given.text()) || null;
    if (method !== 'GET' && !headers.has('idempotency-key')) headers.set('idempotency-key', crypto.randomUUID());
    // Redirects are followed by hand: fetch would take a Keystone token along.
    const request = (to: string) => new Request(to, { method, headers, body, signal, redirect: 'manual' });

    const response = await untilAnswered(fetch, () => request(url), attempts);
    const location = response.headers.get('location');
    if (response.status !== 307 || location === null) return response;
    const target = new URL(location, url);
    if (target.origin !== new URL(url).origin) for (const name of PRIVATE_HEADERS) headers.delete(name);
    const redirected = request(target.href);
    // Once only: nobody knows whether it is safe to repeat there.
    return fetch(redirected)
      .then(received)
      .catch((cause: unknown) => {
        throw signal.aborted ? cause : new HaasConnectionError(redirected, 1, cause);
      });
  };
}

async function untilAnswered(fetch: Fetch, request: () => Request, attempts: number): Promise<Response> {
  const end = Date.now() + LONGEST_OBEYED;
  let losses = 0;
  for (let longest = FIRST_WAIT; ; longest = Math.min(longest * 2, LONGEST_WAIT)) {
    const sent = request();
    let wait = Math.random() * longest;
    try {
      const response = await received(await fetch(sent));
      const wanted = wantedWait(response);
      if (wanted === undefined || Date.now() + wanted > end) return response;
      wait = Math.max(wanted, wait);
    } catch (cause) {
      if (sent.signal.aborted) throw cause;
      if (++losses >= attempts) throw new HaasConnectionError(sent, losses, cause);
    }
    await sleep(wait, undefined, { signal: sent.signal });
  }
}

/** An answer that is here as a whole: a connection may also be lost in its midst. Streams are handed on as they are. */
async function received(response: Response): Promise<Response> {
  if (response.headers.get('content-type')?.startsWith('text/plain')) return response;
  const { status, statusText, headers } = response;
  const body = await response.arrayBuffer();
  return new Response(body.byteLength === 0 ? null : body, { status, statusText, headers });
}

/** For how many milliseconds the API wants a client to wait before it tries again; undefined where it does not want that. */
function wantedWait({ status, headers }: Response): number | undefined {
  const after = headers.get('retry-after');
  if (after === null || (status !== 429 && status !== 503)) return undefined;
  const wait = /^\d+$/.test(after) ? Number(after) * 1000 : Date.parse(after) - Date.now();
  return Number.isNaN(wait) ? undefined : wait;
}
