import { createServer, type Server } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { Hono, type MiddlewareHandler } from 'hono';
import { authenticate } from '../../functions/http/authenticate.ts';
import type { Environment } from '../../functions/http/environment.ts';
import { header } from '../../functions/http/header.ts';
import { Problem } from '../../functions/http/problem.ts';
import type { Services } from '../../functions/services.ts';
import type { Health } from './health.ts';
import type { HostMetrics } from './metrics.ts';

const NO_STORE = { 'Cache-Control': 'no-store' };

/** What a host tells those who watch it. */
export interface Monitoring {
  readonly health: Health;
  readonly metrics: HostMetrics;
}

/**
 * Adds to an application what tells how its host does: `/healthz`, whether its process lives; `/readyz`, whether it can serve now (503
 * where it cannot, with what each check found); `/metrics`, for Prometheus, to those whom `guard` lets pass.
 */
export function addMonitoring(
  app: Hono<Environment>,
  { health, metrics }: Monitoring,
  guard: MiddlewareHandler<Environment> = (_, next) => next(),
): void {
  app.get('/healthz', (c) => c.json({ alive: true }, 200, NO_STORE));
  app.get('/readyz', async (c) => {
    const readiness = await health.ready();
    return c.json(readiness, readiness.ready ? 200 : 503, NO_STORE);
  });
  app.get('/metrics', guard, async (c) => {
    const text = await metrics.text();
    return c.body(text, 200, { ...NO_STORE, 'Content-Type': metrics.contentType });
  });
}

/** Lets administrators pass: metrics name devices, and tell how much is going on. Throws Problem for others. */
export function administratorsOnly(services: Services): MiddlewareHandler<Environment> {
  return async (c, next) => {
    const caller = await authenticate(services, {
      authorization: header(c, 'authorization'),
      authToken: header(c, 'x-auth-token'),
      host: header(c, 'host'),
      address: c.var.address,
    });
    c.set('caller', caller.label);
    if (!caller.isAdmin) throw new Problem('AuthorizationError', 'not_an_administrator', 'only administrators may do this');
    await next();
  };
}

/** A server that tells how a host does, and nothing else, to whoever reaches it. */
export function createMonitoringServer(monitoring: Monitoring): Server {
  const app = new Hono<Environment>();
  addMonitoring(app, monitoring);
  return createServer(getRequestListener(app.fetch, { hostname: 'localhost' }));
}
