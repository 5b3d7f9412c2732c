import { Hono } from 'hono';
import { handle, type LambdaContext, type LambdaEvent } from 'hono/aws-lambda';
import { pino } from 'pino';
import { createApp } from '../../functions/app.ts';
import type { Operation } from '../../functions/http/operation.ts';
import { Problem } from '../../functions/http/problem.ts';
import { readHostConfiguration } from './configuration.ts';
import { checkOpenDoor } from './open-door.ts';
import { openServices } from './services.ts';

/** One request is answered at a time, which may ask the database while a transaction of its own is open. */
const CONNECTIONS = 2;
/** How long before the platform ends a request it is answered, whatever it waits for, in ms. */
const MARGIN = 1_000;

/** What the platform tells of a request besides the request. */
interface Bindings {
  readonly event: LambdaEvent;
  readonly lambdaContext?: Pick<LambdaContext, 'getRemainingTimeInMillis'>;
}

/** An API host that a platform calls with one request at a time, and stops between them. */
export interface LambdaHost {
  handle: ReturnType<typeof handle>;
  close(): Promise<void>;
}

/**
 * Connects an API host as AWS Lambda has them, configured as every API host is. It keeps no connection that listens, and does nothing
 * between requests: those that wait look each second, every request asks anew who sends it, and to prune is left to a host that runs.
 * Throws SettingError and KeyFileError; rejects with SchemaError when the database is not of this version.
 */
export async function openLambda(env: Record<string, string | undefined>): Promise<LambdaHost> {
  // A line that waits to be written would wait until the next request.
  const { served, ...options } = await readHostConfiguration(env, pino.destination({ sync: true }));
  // Nothing is known of who reaches it.
  checkOpenDoor(options.settings, { hostname: '0.0.0.0', port: 0 });
  const services = await openServices({ ...options, connections: CONNECTIONS });
  const app = createApp(services, served.map(withoutStreams));
  const outer = new Hono<{ Bindings: Bindings }>().all('*', ({ req, env: { event, lambdaContext } }) => {
    const left = Math.max((lambdaContext?.getRemainingTimeInMillis() ?? Number.MAX_SAFE_INTEGER) - MARGIN, 0);
    // What waits for a device is told that nobody waits any more, and answers how it stands.
    const request = left > 2 ** 31 - 1 ? req.raw : new Request(req.raw, { signal: AbortSignal.timeout(left) });
    return app.fetch(request, { address: addressOf(event) });
  });
  return {
    handle: handle(outer),
    async close() {
      services.consoles.stop();
      services.events.stop();
      await services.database.$client.end();
    },
  };
}

/** An answer is sent when it is whole: one that never is would be waited for until the platform gives up. */
function withoutStreams(operation: Operation): Operation {
  if (operation.kind !== 'streaming') return operation;
  const refuse = async () => {
    throw new Problem(
      'NotImplementedError',
      'no_streams',
      'this host of the API has no streams: ask one that runs as a process, or look again and again',
    );
  };
  return { ...operation, accept: () => refuse };
}

/** Who connected, as the platform saw it. A load balancer says so at the end of a header, of which a client may have written the rest. */
function addressOf(event: LambdaEvent): string | undefined {
  const { requestContext } = event;
  if ('http' in requestContext) return requestContext.http.sourceIp;
  if ('identity' in requestContext && 'sourceIp' in requestContext.identity) return requestContext.identity.sourceIp;
  // It sends one of the two, as its target group is set.
  const several = 'multiValueHeaders' in event ? event.multiValueHeaders : undefined;
  const forwarded = several?.['x-forwarded-for'] ?? event.headers?.['x-forwarded-for'];
  return (Array.isArray(forwarded) ? forwarded.at(-1) : forwarded)?.split(',').at(-1)?.trim();
}

let opening: Promise<LambdaHost> | undefined;

/**
 * What the platform calls: events of API Gateway (HTTP and REST), function URLs and load balancers.
 *
 * @public
 */
export async function handler(event: LambdaEvent, context?: LambdaContext): Promise<Awaited<ReturnType<LambdaHost['handle']>>> {
  // Where it could not be opened, the next request tries again.
  opening ??= openLambda(process.env).catch((error: unknown) => {
    opening = undefined;
    throw error;
  });
  const host = await opening;
  return host.handle(event, context);
}
