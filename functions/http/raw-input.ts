import type { Context, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { Environment } from './environment.ts';
import { header } from './header.ts';
import { Problem } from './problem.ts';

function invalid(path: string, msg: string, remedy: string): Problem {
  return new Problem('ValidationError', 'invalid_request', remedy, { errors: [{ path, msg }] });
}

/**
 * The labels in a path, the last without a `suffix` that is no part of it. What is no percent-encoded UTF-8 would otherwise stand for
 * itself, and a thing would have two names.
 */
export function rawParams(c: Context, suffix = ''): Record<string, string> {
  const [path = ''] = c.req.url.split('?', 1);
  try {
    if (path.includes('%')) decodeURIComponent(path);
  } catch {
    throw invalid('path', 'must be percent-encoded UTF-8', 'the path must be percent-encoded UTF-8: a percent sign is %25');
  }
  const params: Record<string, string> = c.req.param();
  if (suffix === '') return params;
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => [name, value.endsWith(suffix) ? value.slice(0, -suffix.length) : value]),
  );
}

/** The query of a GET, which must have no body: each field once, none empty. The predecessor ignores the query of anything else. */
export function rawQuery(c: Context<Environment>): Record<string, string> {
  const length = header(c, 'content-length');
  if ((length !== undefined && length !== '0') || header(c, 'transfer-encoding') !== undefined) {
    throw invalid('body', 'must be empty', 'a GET request takes no body: put the arguments into the query');
  }
  const fields = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(/\?.*/s.exec(c.req.url)?.[0])) {
    if (fields.has(name)) throw invalid(`query.${name}`, 'must be given once', `query.${name} must be given once`);
    if (value === '') throw invalid(`query.${name}`, 'must not be empty', `query.${name} must not be empty`);
    fields.set(name, value);
  }
  // A field is the object's own, also where it is called __proto__.
  return Object.fromEntries(fields);
}

const LARGEST_BODY = 1024 * 1024;

const limited = bodyLimit({
  maxSize: LARGEST_BODY,
  onError: () => {
    throw new Problem('PayloadTooLargeError', 'too_large', `a request body is ${LARGEST_BODY} bytes at most`);
  },
});

/** Refuses a body that is too large, whether its length is told or not, before more of it is read. */
export const limitBody: MiddlewareHandler<Environment> = (c, next) => limited(c, next).catch(brokenOff);

/** A body that could not be read to its end: the client has gone, or was told already what is wrong with it. */
function brokenOff(error: unknown): never {
  throw error instanceof Problem ? error : invalid('body', 'must be whole', 'the body broke off: send it whole');
}

/** The body of a request: JSON whatever its Content-Type says, so that `curl -d` works. No body is an empty object. */
export async function rawBody(c: Context): Promise<Record<string, unknown>> {
  const text = await c.req.text().catch(brokenOff);
  if (text === '') return {};
  const body = parseJson(text);
  if (!isObject(body)) throw invalid('body', 'must be one JSON object', 'the body must be one JSON object');
  if (isDeeper(body, DEEPEST))
    throw invalid('body', 'is nested too deeply', `the body must not be nested more than ${DEEPEST} deep`);
  return body;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whatever looks at a body does so level by level, and must come to an end. */
const DEEPEST = 100;

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1));
}
