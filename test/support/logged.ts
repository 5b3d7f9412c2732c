import { pino } from 'pino';
import { z } from 'zod';
import { createApp } from '../../functions/app.ts';
import { operations } from '../../functions/operations.ts';
import type { Services } from '../../functions/services.ts';
import { basic, people, type World } from './world.ts';

const entry = z.looseObject({ level: z.number(), msg: z.string() });

/** The API of a world whose log is kept. */
export interface LoggedApi {
  readonly services: Services;
  /** What was logged, line by line: all of it, or from a level up (40: warnings). */
  entries(level?: number): z.output<typeof entry>[];
  /** Sends a request as the administrator; answers status and text. */
  call(method: string, path: string, body?: unknown): Promise<{ status: number; text: string }>;
}

/** The API of a world once more, with a log that the test reads. */
export function logged(w: World): LoggedApi {
  const lines: string[] = [];
  const services = { ...w.services, log: pino({}, { write: (line) => void lines.push(line) }) };
  const app = createApp(services, operations);
  return {
    services,
    entries: (level = 0) => lines.map((line) => entry.parse(JSON.parse(line))).filter((logged) => logged.level >= level),
    async call(method, path, body) {
      const response = await app.request(`http://haas.test/v0${path}`, {
        method,
        headers: { authorization: basic(people.admin) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: response.status, text: await response.text() };
    },
  };
}
