import { type Logger, pino } from 'pino';
import type { TestContext } from 'vitest';
import { z } from 'zod';
import { operations } from '../../functions/operations.ts';
import { openApi } from '../../infra/hosts/api.ts';
import { type Metric, readMetrics } from './metrics.ts';
import { apiKeys, basic, type World } from './world.ts';

/** An API host of this process that can be watched. */
export interface WatchedApi {
  /** The address of the API. */
  readonly url: string;
  /** Where it tells how it does, without credentials. */
  readonly watched: string;
  /** Whether it says that it is ready, and what it found. */
  ready(): Promise<{ status: number; checks: Readonly<Record<string, string>> }>;
  metrics(): Promise<Map<string, Metric>>;
  /** Sends a request as somebody; answers its status. */
  request(user: string | null, method: string, path: string, body?: unknown): Promise<number>;
  stop(): Promise<void>;
}

const readiness = z.object({ ready: z.boolean(), checks: z.record(z.string(), z.string()) });

/** Serves a world as in production; ends with the test. */
export async function watchedApi(
  t: Pick<TestContext, 'onTestFinished'>,
  w: World,
  {
    databaseUrl = w.database.apiUrl,
    drainSeconds = 0,
    log = pino({ level: 'silent' }),
  }: {
    databaseUrl?: string;
    drainSeconds?: number;
    log?: Logger;
  } = {},
): Promise<WatchedApi> {
  const { settings } = w.services;
  const host = await openApi({ databaseUrl, keys: apiKeys, settings, log, connections: 4, drainSeconds });
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= host.close();
    return stopped;
  };
  t.onTestFinished(stop);
  const local = { hostname: '127.0.0.1', port: 0 };
  const url = `http://127.0.0.1:${(await host.listen(local, operations)).port}`;
  const watched = `http://127.0.0.1:${(await host.listenForMonitoring(local)).port}`;
  return {
    url,
    watched,
    async ready() {
      const response = await fetch(`${watched}/readyz`);
      const { ready, checks } = readiness.parse(await response.json());
      if (ready !== (response.status === 200)) throw new Error(`ready: ${ready}, and the status is ${response.status}`);
      return { status: response.status, checks };
    },
    async metrics() {
      const response = await fetch(`${watched}/metrics`);
      return readMetrics(await response.text());
    },
    async request(user, method, path, body) {
      const response = await fetch(url + path, {
        method,
        headers: user === null ? {} : { authorization: basic(user) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      await response.arrayBuffer();
      return response.status;
    },
    stop,
  };
}
