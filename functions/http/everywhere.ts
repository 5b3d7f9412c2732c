import type { Operation } from './operation.ts';
import type { ProblemType } from './problem.ts';

/** A refusal that no operation declares: its code, its type, when it happens, and at which operations; none: before one is found. */
type General = readonly [code: string, type: ProblemType, when: string, at: (operation: Operation) => boolean];

const any = () => true;
const none = () => false;
const changes = ({ method }: Operation) => method !== 'GET';
const writes = (operation: Operation) => changes(operation) || streams(operation) || operation.redirects === true;
const streams = ({ kind }: Operation) => kind === 'streaming';
const waits = ({ kind }: Operation) => kind === 'commanding' || kind === 'commandingMany' || kind === 'asking';
/** What has an agent do something without waiting for it: a console is opened, a machine is reached in another way now. */
const orders = ['start_console', 'start_headnode_console', 'node_update'];
/** What has an agent do something that is never one too many. */
const unlimited = ['headnode_delete', 'show_headnode'];

/** Every refusal that is the same for many operations, whichever of them is asked. */
export const everywhere: readonly General[] = [
  [
    'invalid_request',
    'ValidationError',
    'An argument is missing, unknown, or of the wrong form. `errors` names each, as `[{"path", "msg"}]`.',
    any,
  ],
  ['not_authenticated', 'AuthorizationError', 'Unknown user, wrong password, or no credentials at all.', any],
  ['not_an_administrator', 'AuthorizationError', 'The operation is for administrators.', ({ access }) => access === 'admin'],
  ['read_only_token', 'AuthorizationError', 'The token of the request is read-only, and this would change something.', writes],
  [
    'foreign_origin',
    'AuthorizationError',
    'A web page of another place wanted to change something, or asked for a WebSocket.',
    (operation) => changes(operation) || streams(operation),
  ],
  ['unknown_path', 'NotFoundError', 'There is nothing at this path. Every operation is below `/v0`.', none],
  [
    'method_not_allowed',
    'MethodNotAllowedError',
    'The path is right, the method is not; the header `Allow` lists those that are.',
    none,
  ],
  ['too_large', 'PayloadTooLargeError', 'A request body is 1 MiB at most.', changes],
  ['malformed_request', 'ValidationError', 'What was sent is no request of HTTP/1.1; the connection is closed.', none],
  ['headers_too_large', 'HeadersTooLargeError', 'A request line with its headers is 16 KiB at most, with 100 headers.', none],
  ['request_timeout', 'RequestTimeoutError', 'The request was not sent in time; the connection is closed.', none],
  [
    'too_many_connections',
    'TooManyRequestsError',
    'Too many connections are open, in all or from this address; this one is closed.',
    none,
  ],
  ['too_many_streams', 'TooManyRequestsError', 'The user, or all users of this host, have too many streams open.', streams],
  ['too_many_waiting', 'TooManyRequestsError', 'Too many requests of the user wait for devices.', waits],
  [
    'too_many_pending',
    'TooManyRequestsError',
    'The device has too many commands that have not ended.',
    (operation) => (waits(operation) && !unlimited.includes(operation.id)) || streams(operation) || orders.includes(operation.id),
  ],
  ['idempotency_key_reused', 'IdempotencyError', 'The `Idempotency-Key` was used for another request before.', changes],
  ['internal', 'InternalError', 'A defect. The log of the API has more under the `request_id`.', any],
  [
    'no_web_socket',
    'NotImplementedError',
    'A WebSocket was asked for, and this host of the API has none. Use a plain GET.',
    streams,
  ],
  [
    'no_streams',
    'NotImplementedError',
    'This host of the API answers whole bodies only, and a stream has no end. Ask an API host that runs as a process.',
    streams,
  ],
  [
    'request_under_way',
    'UnavailableError',
    'The same request, with the same `Idempotency-Key`, is still being carried out. Ask again for its answer.',
    changes,
  ],
  [
    'identity_provider_unavailable',
    'UnavailableError',
    'The OpenID Connect provider or Keystone cannot say now who sends the request.',
    any,
  ],
  [
    'passwords_busy',
    'UnavailableError',
    'The password could not be verified now: too many wait for it. Only while users that were moved from HIL have not signed in yet.',
    any,
  ],
  ['database_unavailable', 'UnavailableError', 'Postgres did not answer, or two requests collided. Try again.', any],
];
