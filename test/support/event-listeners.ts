import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import type { TestContext } from 'vitest';
import { z } from 'zod';
import { until } from './until.ts';
import { basic } from './world.ts';

/** An event as a server sent it. */
interface SentEvent {
  readonly id: number;
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** A client that listens to the events of the API by HTTP. */
export interface Listener {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  /** What it was sent so far, as text. */
  text(): string;
  /** The events that it was told so far. */
  events(): SentEvent[];
  /** The id of the last piece that it has whole. */
  lastId(): string;
  /** Resolves when it was told an event like this. */
  sees(event: string, data?: object): Promise<unknown>;
  /** Resolves when the answer has ended, or the connection. */
  readonly ended: Promise<void>;
  pause(): void;
  resume(): void;
  leave(): void;
}

const fields = z.record(z.string(), z.unknown());

/** Listens as somebody, with a query and headers; ends with the test. */
export function listenToEvents(
  t: TestContext,
  { url }: { url: string },
  user: string,
  query = '',
  headers: Record<string, string> = {},
): Promise<Listener> {
  return new Promise((resolve, reject) => {
    const sent: ClientRequest = request(`${url}/events${query}`, {
      headers: { authorization: basic(user), ...headers },
      agent: false,
    });
    t.onTestFinished(() => void sent.destroy());
    sent.on('error', reject);
    sent.on('response', (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => void parts.push(part));
      response.on('error', () => {});
      const text = () => Buffer.concat(parts).toString();
      const blocks = () =>
        text()
          .split('\n\n')
          .slice(0, -1)
          .map((block) => Object.fromEntries(block.split('\n').map((line) => line.split(/: (.*)/s))));
      const events = () =>
        blocks().flatMap(({ id, event, data }): SentEvent[] =>
          data === undefined ? [] : [{ id: Number(id), event, data: fields.parse(JSON.parse(data)) }],
        );
      resolve({
        status: response.statusCode ?? 0,
        headers: response.headers,
        text,
        events,
        lastId: () => String(blocks().at(-1)?.['id'] ?? ''),
        sees: (event, data = {}) =>
          until(
            () =>
              events().some(
                (each) => each.event === event && Object.entries(data).every(([name, value]) => each.data[name] === value),
              ),
            `${user} is told of ${event} ${JSON.stringify(data)}, having been told ${text().slice(-500)}`,
          ),
        ended: new Promise((done) => response.on('close', done)),
        pause: () => response.pause(),
        resume: () => response.resume(),
        leave: () => sent.destroy(),
      });
    });
    sent.end();
  });
}
