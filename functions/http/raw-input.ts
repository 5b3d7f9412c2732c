import type { Context } from 'hono';
import { z } from 'zod';
import { Problem } from './problem.ts';

const jsonObject = z.record(z.string(), z.unknown());

function invalid(path: string, msg: string, remedy: string): Problem {
  return new Problem('ValidationError', 'invalid_request', remedy, { errors: [{ path, msg }] });
}

/** The query of a GET, which must have no body: each field once, none empty. The predecessor ignores the query of anything else. */
export function rawQuery(c: Context): Record<string, string> {
  const length = c.req.header('content-length');
  if ((length !== undefined && length !== '0') || c.req.header('transfer-encoding') !== undefined) {
    throw invalid('body', 'must be empty', 'a GET request takes no body: put the arguments into the query');
  }
  const fields: Record<string, string> = {};
  for (const [name, [value, ...more]] of Object.entries(c.req.queries())) {
    if (more.length > 0) throw invalid(`query.${name}`, 'must be given once', `query.${name} must be given once`);
    if (value === undefined || value === '')
      throw invalid(`query.${name}`, 'must not be empty', `query.${name} must not be empty`);
    fields[name] = value;
  }
  return fields;
}

/** The body of a request: JSON whatever its Content-Type says, so that `curl -d` works. No body is an empty object. */
export async function rawBody(c: Context): Promise<Record<string, unknown>> {
  const text = await c.req.text();
  if (text === '') return {};
  try {
    return jsonObject.parse(JSON.parse(text));
  } catch {
    throw invalid('body', 'must be one JSON object', 'the body must be one JSON object');
  }
}
