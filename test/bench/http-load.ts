import { performance } from 'node:perf_hooks';
import autocannon from 'autocannon';
import { quantile } from './figures.ts';

/** What is sent, by how many connections at once, and for how long. */
export interface Load {
  readonly url: string;
  readonly connections: number;
  /** Seconds that are measured, after a short time that is not. */
  readonly seconds: number;
  /** Sent in this order, over and over, by each connection. */
  readonly requests: readonly autocannon.Request[];
  readonly headers?: Record<string, string>;
  /** What is read once before, so that a password that must be checked again is not checked for every connection at once. */
  readonly before: string;
}

/** What was answered. `p99` in milliseconds. */
export interface LoadFigures {
  readonly perSecond: number;
  readonly p99: number;
}

/** Seconds in which connections are made and nothing is counted. */
const LEAD = 0.15;

/** Sends requests as fast as they are answered. Throws when one of them does not succeed. */
export async function load({ url, connections, seconds, requests, headers = {}, before }: Load): Promise<LoadFigures> {
  const greeting = await fetch(url + before, { headers });
  await greeting.arrayBuffer();
  const durations: number[] = [];
  let failed = '';
  let last = 0;
  let first = Number.POSITIVE_INFINITY;
  await new Promise<void>((resolve, reject) => {
    const options: autocannon.Options = {
      url,
      connections,
      headers,
      requests: [...requests],
      duration: LEAD + seconds,
      sampleInt: 10,
      skipAggregateResult: true,
    };
    const run = autocannon(options, (error: Error | null) => (error ? reject(error) : resolve()));
    const from = performance.now() + LEAD * 1000;
    run.on('response', (_client, status, _bytes, took) => {
      if (status >= 300) failed = `${url} answered ${status}`;
      const now = performance.now();
      if (now < from) return;
      // The first one counted only starts the clock.
      if (first === Number.POSITIVE_INFINITY) first = now;
      else durations.push(took);
      last = now;
    });
    run.on('reqError', () => {
      failed = `${url} did not answer`;
    });
  });
  if (failed !== '') throw new Error(failed);
  return { perSecond: durations.length / ((last - first) / 1000), p99: quantile(durations, 0.99) };
}
