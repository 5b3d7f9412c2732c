import type { components } from './schema.d.ts';

/** The body of every answer that is not success. */
export type Problem = components['schemas']['Problem'];

/** A request was refused or failed. `message` is for people and names the remedy. */
export class HaasError extends Error {
  override readonly name = 'HaasError';
  /** The HTTP status. */
  readonly status: number;
  /** What to branch on; `unknown` where it was not HaaS that answered, but something in between. */
  readonly type: Problem['type'] | 'unknown';
  /** Which refusal it is: see docs/problems.md. */
  readonly code: string;
  /** The fields that are wrong, if any are. */
  readonly errors: NonNullable<Problem['errors']>;
  /** Under this the log of the API has more. */
  readonly requestId: string | null;

  /** `body` is that of the answer, parsed where it is JSON. */
  constructor({ status, statusText, url, headers }: Response, body: unknown) {
    const problem = isProblem(body) ? body : undefined;
    super(
      problem?.msg ??
        `${url} answered ${status} ${statusText}, which is no answer of HaaS: check the endpoint and what is in between`,
    );
    this.status = status;
    this.type = problem?.type ?? 'unknown';
    this.code = problem?.code ?? 'unknown';
    this.errors = problem?.errors ?? [];
    this.requestId = headers.get('x-request-id');
  }
}

function isProblem(body: unknown): body is Problem {
  return typeof body === 'object' && body !== null && 'type' in body && 'code' in body && 'msg' in body;
}

/** No answer came, however often it was tried. Of a change nobody knows whether it was made: send it again with the same `idempotencyKey`. */
export class HaasConnectionError extends Error {
  override readonly name = 'HaasConnectionError';
  /** The key that the attempts had; null for a GET. */
  readonly idempotencyKey: string | null;

  /** `cause` is what the last attempt failed with. */
  constructor({ method, url, headers }: Request, attempts: number, cause: unknown) {
    const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
    super(`no answer to ${method} ${url} in ${attempts} attempts: ${inner instanceof Error ? inner.message : String(inner)}`, {
      cause,
    });
    this.idempotencyKey = headers.get('idempotency-key');
  }
}
