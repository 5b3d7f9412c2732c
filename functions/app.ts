import { randomUUID } from 'node:crypto';
import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { TrieRouter } from 'hono/router/trie-router';
import { getPath as honoGetPath } from 'hono/utils/url';
import { authenticate } from './http/authenticate.ts';
import { clientAddresses } from './http/client-address.ts';
import type { Environment } from './http/environment.ts';
import { header } from './http/header.ts';
import { attemptOf, idempotencyKey } from './http/idempotency.ts';
import type { RequestMeasures } from './http/measures.ts';
import { referenceRoutes } from './http/openapi/routes.ts';
import { type Operation, PREFIX } from './http/operation.ts';
import { refuseForeignOrigin } from './http/origin.ts';
import { Problem } from './http/problem.ts';
import { limitBody, rawBody, rawParams, rawQuery } from './http/raw-input.ts';
import { refuseReadOnly } from './http/read-only.ts';
import { unavailable } from './http/unavailable.ts';
import { webSocketOf } from './http/web-socket.ts';
import type { Services } from './services.ts';

const REQUEST_ID = /^[\w=-]{1,255}$/;

/** The HTTP application of a list of operations. The usual list is `operations`; any part of it stands alone as well. */
export function createApp(services: Services, operations: readonly Operation[], measures?: RequestMeasures): Hono<Environment> {
  const app = new Hono<Environment>({ getPath });
  const methods = new TrieRouter<string>();
  const addressOf = clientAddresses(services.settings.trustedProxies);

  app.use(follow(services, addressOf, measures));
  // Words win over labels (`/port/gi1/0/5/revert` reverts gi1/0/5), so paths with more words are tried first.
  for (const operation of [...operations].sort((a, b) => words(b.path) - words(a.path))) {
    const path = honoPath(operation.path);
    methods.add(operation.method, path, operation.method);
    // A GET has no body to limit, and looking for one is costly.
    if (operation.method !== 'GET') app.on(operation.method, path, limitBody);
    const suffixed = operations.filter((other) => isSuffixed(other, operation));
    app.on(operation.method, path, (c) => answer(c, services, operation, suffixed));
  }
  for (const [path, ...handlers] of referenceRoutes(operations)) {
    methods.add('GET', path, 'GET');
    app.get(path, ...handlers);
  }
  app.notFound((c) => noSuchOperation(c, methods));
  app.onError((error, c) => {
    const problem = error instanceof Problem ? error : (away(error, c, services) ?? internal(error, c, services));
    return refuse(c, problem);
  });
  return app;
}

/** An encoded slash is a slash: port labels contain them, nothing else may. One path of the predecessor ends with one. */
function getPath(request: Request): string {
  const path = honoGetPath(request).replace(/%2f/gi, '/');
  return path === `${PREFIX}/headnode_images/` ? path.slice(0, -1) : path;
}

/** `/switch/{switch}/port/{port+}` in the router's own words; a line break is for the schema of the label to refuse. */
function honoPath(path: string): string {
  return PREFIX + path.replace(/\{(\w+)\}/g, ':$1').replace(/\{(\w+)\+\}/g, ':$1{[\\s\\S]+}');
}

/** Whether the path of an operation is another's and a word more: `/port/{port+}/state`. The router lets `{port+}` take that word too. */
function isSuffixed(operation: Operation, shorter: Operation): boolean {
  return operation.method === shorter.method && operation.path.startsWith(`${shorter.path}/`);
}

/** Whether a path ends with this, and with more before it than nothing: a port may be called `state`. */
function hasSuffix(c: Context<Environment>, suffix: string): boolean {
  if (!c.req.path.endsWith(suffix)) return false;
  const params: Record<string, string> = c.req.param();
  return Object.values(params).some((value) => value.endsWith(suffix));
}

function words(path: string): number {
  return path.split('/').filter((segment) => segment !== '' && !segment.startsWith('{')).length;
}

/** Gives a request its id (the client's, where it sends one), and tells what became of it: changes and errors, and reads for those who debug. */
function follow(
  services: Services,
  addressOf: ReturnType<typeof clientAddresses>,
  measures: RequestMeasures | undefined,
): MiddlewareHandler<Environment> {
  return async (c, next) => {
    const start = performance.now();
    measures?.begun();
    const given = header(c, 'x-request-id');
    c.set('requestId', given !== undefined && REQUEST_ID.test(given) ? given : randomUUID());
    c.set('address', addressOf(c.env?.address ?? c.env?.incoming?.socket.remoteAddress, header(c, 'x-forwarded-for')));
    await next();
    const { status } = c.res;
    const taken = performance.now() - start;
    const { requestId: request, operation, caller, address, commands, refusal } = c.var;
    measures?.answered({ operation, status, seconds: taken / 1000, refusal });
    const level = c.req.method === 'GET' && status < 400 ? 'debug' : 'info';
    if (!services.log.isLevelEnabled(level)) return;
    const { method, path } = c.req;
    const ms = Math.round(taken);
    services.log[level](
      {
        request,
        address,
        method,
        path,
        operation,
        caller,
        status,
        code: refusal,
        commands: commands?.length ? commands : undefined,
        ms,
      },
      'answered',
    );
  };
}

/** A path with doubled slashes moves to the merged one; another method's path says which methods it has. */
function noSuchOperation(c: Context<Environment>, methods: TrieRouter<string>): Response {
  c.header('X-Request-Id', c.var.requestId);
  if (c.req.path.includes('//')) {
    // The path as it was sent: a decoded one is no header's value.
    const { pathname, search } = new URL(c.req.url);
    return c.redirect(pathname.replace(/%2f/gi, '/').replace(/\/{2,}/g, '/') + search, 308);
  }
  const known = ['GET', 'PUT', 'POST', 'PATCH', 'DELETE'].filter((method) => methods.match(method, c.req.path)[0].length > 0);
  if (known.length === 0) {
    const problem = new Problem(
      'NotFoundError',
      'unknown_path',
      `there is nothing at ${c.req.path}; every operation is below ${PREFIX}`,
    );
    return refuse(c, problem);
  }
  const allow = [...known, 'OPTIONS', ...(known.includes('GET') ? ['HEAD'] : [])].join(', ');
  if (c.req.method === 'OPTIONS') return c.body(null, 200, { Allow: allow });
  return refuse(
    c,
    new Problem('MethodNotAllowedError', 'method_not_allowed', `use ${allow} here`, { headers: { Allow: allow } }),
  );
}

/** In the predecessor's order: arguments (400), then who asks (401), then what the operation itself decides. */
async function answer(c: Context<Environment>, services: Services, matched: Operation, suffixed: readonly Operation[]) {
  const operation = suffixed.find(({ path }) => hasSuffix(c, path.slice(matched.path.length))) ?? matched;
  c.set('operation', operation.id);
  const input = operation.method === 'GET' ? rawQuery(c) : await rawBody(c);
  const accepted = operation.accept(rawParams(c, operation.path.slice(matched.path.length)), input);
  if (Array.isArray(accepted)) {
    throw new Problem('ValidationError', 'invalid_request', accepted.map(({ path, msg }) => `${path}: ${msg}`).join('; '), {
      errors: accepted,
    });
  }
  if (operation.method !== 'GET') refuseForeignOrigin(c);
  const key = operation.method === 'GET' ? undefined : idempotencyKey(c);
  const { address } = c.var;
  const caller = await authenticate(services, {
    authorization: header(c, 'authorization'),
    authToken: header(c, 'x-auth-token'),
    host: header(c, 'host'),
    address,
  });
  c.set('caller', caller.label);
  if (operation.method !== 'GET') refuseReadOnly(caller);
  if (operation.access === 'admin' && !caller.isAdmin) {
    throw new Problem('AuthorizationError', 'not_an_administrator', 'only administrators may do this');
  }
  const issued: string[] = [];
  c.set('commands', issued);
  const { status, body, headers } = await accepted({ ...services, issued }, caller, {
    origin: { address, request: c.var.requestId },
    prefer: header(c, 'prefer'),
    lastEventId: header(c, 'last-event-id'),
    attempt: key === undefined ? undefined : await attemptOf(c, services, caller, key),
    // Made only when it is asked for.
    get gone() {
      return c.req.raw.signal;
    },
    get webSocket() {
      return webSocketOf(c);
    },
    hangUp: () => void c.env?.outgoing?.destroy(),
  });
  // Where it leads holds a secret with which more can be done than look.
  if (status === 307) refuseReadOnly(caller);
  return respond(c, status, body, headers);
}

/** An answer of JSON, an empty one, or a stream with headers of its own. Made by hand: headers that are set one by one cost more than all else here. */
function respond(
  c: Context<Environment>,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const id = { 'X-Request-Id': c.var.requestId, ...(c.var.isReplayed ? { 'Idempotency-Replayed': 'true' } : {}) };
  if (body === undefined) return new Response(null, { status, headers: { ...headers, ...id, 'Content-Length': '0' } });
  if (body instanceof ReadableStream) {
    // Nobody reads the body of an answer to HEAD.
    if (c.req.method === 'HEAD') void body.cancel();
    // It says nothing for as long as there is nothing to say, and has a limit of its own for who takes nothing.
    c.env?.outgoing?.setTimeout(0);
    return new Response(c.req.method === 'HEAD' ? null : body, { status, headers: { ...headers, ...id } });
  }
  return new Response(JSON.stringify(body), { status, headers: { ...headers, ...id, 'Content-Type': 'application/json' } });
}

function refuse(c: Context<Environment>, problem: Problem): Response {
  c.set('refusal', problem.code);
  return respond(c, problem.status, problem.body(c.var.requestId), problem.headers);
}

/** Why, is told to the log alone. */
function away(error: Error, c: Context<Environment>, services: Services): Problem | null {
  const problem = unavailable(error);
  if (problem?.cause instanceof Error) {
    const { message: reason } = problem.cause;
    services.log.warn(
      { reason, request: c.var.requestId, operation: c.var.operation },
      'the database did not do what a request needed',
    );
  }
  return problem;
}

function internal(error: Error, c: Context<Environment>, services: Services): Problem {
  services.log.error({ err: error, request: c.var.requestId, operation: c.var.operation }, 'a request failed');
  return new Problem(
    'InternalError',
    'internal',
    `something went wrong that should not; the log of the API has more under request ${c.var.requestId}`,
  );
}
