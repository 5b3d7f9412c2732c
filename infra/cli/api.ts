import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from './failure.ts';
import type { ApiRequest } from './request.ts';
import type { Site } from './site.ts';

/** How often something is sent again that was lost, or that the API wants later; and how long is waited before, in ms, unless it says. */
const TRIES = 5;
const PAUSE = 500;
/** The longest that the API may have us wait before we try again, in ms. */
const LONGEST_PAUSE = 60_000;
const MOST_REDIRECTS = 5;

/** An answer of the API. `stream`: its text as it comes, where it goes on and on. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly stream?: ReadableStream<Uint8Array>;
  /** The request was sent more than once. */
  readonly isRepeated?: boolean;
}

/** Codes of Node by which a connection was lost with the request under way: whether it was carried out is not known. */
const LOST = new Set(['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'UND_ERR_SOCKET', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT']);

/** What one command says to the API. */
export class Api {
  readonly site: Site;
  /** What is happening, where it takes a while. */
  readonly #tell: (what: string) => void;

  constructor(site: Site, tell: (what: string) => void = () => {}) {
    this.site = site;
    this.#tell = tell;
  }

  /**
   * Sends a request, and answers whatever the API does. It is sent again when the connection was lost or the API is busy: a change carries a
   * key by which it is carried out once, however often it arrives. Throws Failure when the API is not reached.
   */
  async send(request: ApiRequest, signal?: AbortSignal): Promise<Answer> {
    const isChange = request.method !== 'GET' && !request.isRepeatable;
    // The API keeps keys only for those whom it knows.
    const isKept = isChange && this.site.credentials !== null;
    const headers = { ...(isKept ? { 'Idempotency-Key': randomUUID() } : {}), ...request.headers };
    for (let attempt = 1; ; attempt += 1) {
      const isLast = attempt >= TRIES;
      const answer = await this.#exchange({ ...request, headers }, signal).catch((error: unknown) => {
        signal?.throwIfAborted();
        if (isLast || (isChange && !isKept) || !LOST.has(codeOf(error))) throw unreachable(this.site.endpoint, error);
        return undefined;
      });
      const pause = answer ? pauseBefore(answer) : PAUSE * 2 ** (attempt - 1);
      if (answer && (pause === undefined || isLast)) return attempt === 1 ? answer : { ...answer, isRepeated: true };
      this.#tell(answer ? `the API is busy (${answer.status}): trying again` : 'the connection was lost: trying again');
      await sleep(pause, undefined, { ...(signal ? { signal } : {}) });
    }
  }

  /** Sends a request once, and again to wherever the API sends it: with its body, but without credentials to anybody else. */
  async #exchange(request: ApiRequest, signal?: AbortSignal): Promise<Answer> {
    const { method, body, path, headers = {} } = request;
    let url = new URL(path, this.site.endpoint);
    for (let redirects = 0; ; redirects += 1) {
      const isOurs = url.origin === this.site.endpoint;
      const response = await fetch(url, {
        method,
        redirect: 'manual',
        headers: {
          ...headers,
          ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
          ...(isOurs ? this.site.credentials?.headers : {}),
        },
        ...(body === undefined ? {} : { body }),
        ...(signal ? { signal } : {}),
      });
      const location = response.headers.get('location');
      if ((response.status !== 307 && response.status !== 308) || location === null) return answerOf(response);
      await response.body?.cancel();
      url = new URL(location, url);
      if (redirects >= MOST_REDIRECTS || !/^https?:$/.test(url.protocol)) {
        throw new Failure('refused', `the API sends the request on to ${url.origin}, and on: that leads nowhere`);
      }
    }
  }
}

async function answerOf(response: Response): Promise<Answer> {
  const { status, headers } = response;
  if (response.ok && response.body && /^text\/(?:plain|event-stream)\b/.test(headers.get('content-type') ?? '')) {
    return { status, headers, text: '', stream: response.body };
  }
  return { status, headers, text: await response.text() };
}

/** How long is to be waited before the same is asked again, in ms; undefined where that would not help. */
function pauseBefore({ status, headers }: Answer): number | undefined {
  const seconds = headers.get('retry-after');
  if (status < 400 || seconds === null || !/^\d{1,6}$/.test(seconds)) return undefined;
  const pause = Math.max(PAUSE, Number(seconds) * 1000);
  return pause <= LONGEST_PAUSE ? pause : undefined;
}

function codeOf(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  return cause instanceof Error && 'code' in cause ? String(cause.code) : '';
}

/** What to do about it, by Node's code of an error. */
const remedies: readonly (readonly [codes: RegExp, what: string, remedy: string])[] = [
  [/^ECONNREFUSED$/, 'nothing answers there', 'is the API running, and is the port right?'],
  [/^(?:ENOTFOUND|EAI_AGAIN)$/, 'there is no such host', 'is the name right, and does DNS work here?'],
  [
    /^(?:EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|UND_ERR_CONNECT_TIMEOUT)$/,
    'no answer comes from there',
    'is a network or a firewall in the way?',
  ],
  [
    /^(?:DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_\w+)$/,
    'its certificate is signed by nobody that is trusted here',
    'name the certificate of your site in NODE_EXTRA_CA_CERTS=<file>',
  ],
  [/^CERT_HAS_EXPIRED$/, 'its certificate has expired', 'tell the administrator of the API'],
  [/^ERR_TLS_CERT_ALTNAME_INVALID$/, 'its certificate is for another name', 'use the name that the certificate has'],
  [/^(?:ERR_SSL|EPROTO)/, 'it does not speak TLS', 'is it http:// instead of https://?'],
];

function unreachable(endpoint: string, error: unknown): unknown {
  if (error instanceof Failure) return error;
  const code = codeOf(error);
  const [, what, remedy] = remedies.find(([codes]) => codes.test(code)) ?? [];
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
  const why = what === undefined ? `${cause}${code === '' ? '' : ` (${code})`}` : `${what} (${code}): ${remedy}`;
  return new Failure('unreachable', `${endpoint} was not reached: ${why}`);
}
