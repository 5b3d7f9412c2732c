import { expect } from 'vitest';
import { createApp } from '../../functions/app.ts';
import type { Operation } from '../../functions/http/operation.ts';
import { operations } from '../../functions/operations.ts';
import { basic, type World } from './world.ts';

/** Sends a request to the application of a world by its whole path, with the administrator's credentials unless told otherwise. */
export async function ask(
  w: World,
  method: string,
  path: string,
  {
    body,
    headers = {},
    list = operations,
  }: { body?: string; headers?: Record<string, string>; list?: readonly Operation[] } = {},
): Promise<Response> {
  return createApp(w.services, list).request(`http://haas.test${path}`, {
    method,
    headers: { authorization: basic('root'), ...headers },
    ...(body === undefined ? {} : { body }),
  });
}

/** What every error body of a type looks like. */
export const problem = (type: string) => ({
  type,
  code: expect.stringMatching(/^[a-z_]+$/),
  msg: expect.stringMatching(/\w{3}/),
  request_id: expect.any(String),
});
