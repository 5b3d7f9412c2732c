/** The predecessor's error classes and their statuses, with those it answered as HTML, and those of what it had not. Clients branch on `type`. */
export const problemTypes = {
  ValidationError: 400,
  BadArgumentError: 400,
  AuthorizationError: 401,
  NotFoundError: 404,
  MethodNotAllowedError: 405,
  RequestTimeoutError: 408,
  DuplicateError: 409,
  ProjectMismatchError: 409,
  BlockedError: 409,
  IllegalStateError: 409,
  PayloadTooLargeError: 413,
  IdempotencyError: 422,
  TooManyRequestsError: 429,
  HeadersTooLargeError: 431,
  InternalError: 500,
  NotImplementedError: 501,
  OBMError: 502,
  HeadnodeError: 502,
  AllocationError: 503,
  UnavailableError: 503,
} as const;
export type ProblemType = keyof typeof problemTypes;

/** One wrong field of a request: where it stands (`body.obm.host`), and what it should be. */
export interface FieldError {
  readonly path: string;
  readonly msg: string;
}

/** An answer that is not success. `code` says which refusal of the operation it is; `message` is for people, and names the remedy. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly type: ProblemType;
  readonly code: string;
  readonly errors: readonly FieldError[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    type: ProblemType,
    code: string,
    message: string,
    more: { errors?: readonly FieldError[]; headers?: Record<string, string> } = {},
  ) {
    super(message);
    this.type = type;
    this.code = code;
    this.errors = more.errors ?? [];
    this.headers = more.headers ?? {};
  }

  /** The HTTP status of its type. */
  get status() {
    return problemTypes[this.type];
  }

  /** The body that clients see. */
  body(requestId: string) {
    return {
      type: this.type,
      code: this.code,
      msg: this.message,
      ...(this.errors.length > 0 ? { errors: this.errors } : {}),
      request_id: requestId,
    };
  }
}
