import { readFileSync } from 'node:fs';
import type { Field, Operation } from './document.ts';
import { Failure } from './failure.ts';

/** What is sent to the API. */
export interface ApiRequest {
  readonly method: Operation['method'];
  /** The path, with its query. */
  readonly path: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** A change that the API itself makes once and refuses then: it needs no key to be sent again. */
  readonly isRepeatable?: boolean;
}

/** The request of an operation with these values: texts are understood as the field is, anything else is sent as it is. `body` is a whole body. */
export function requestOf(operation: Operation, values: Readonly<Record<string, unknown>>, body?: unknown): ApiRequest {
  const given = Object.entries(values).filter(([, value]) => value !== undefined);
  const of = (where: Field['in']) =>
    given.flatMap(([name, value]): [string, unknown][] => {
      const field = operation.fields.find((each) => each.name === name);
      return (field?.in ?? 'body') === where
        ? [[name, typeof value === 'string' && field ? understood(field, value) : value]]
        : [];
    });
  const path = new Map(of('path'));
  const filled = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => segment(name, String(path.get(name) ?? '')));
  const query = new URLSearchParams(Object.fromEntries(of('query').map(([name, value]) => [name, String(value)]))).toString();
  const fields = of('body');
  const sent = body ?? (fields.length > 0 ? Object.fromEntries(fields) : undefined);
  return {
    method: operation.method,
    path: query === '' ? filled : `${filled}?${query}`,
    ...(sent === undefined ? {} : { body: JSON.stringify(sent) }),
  };
}

/** One segment of a path. What a URL would take for a step to another path is no name. */
function segment(name: string, value: string): string {
  if (value === '' || value === '.' || value === '..')
    throw new Failure('usage', `<${name}> is ${JSON.stringify(value)}, which names nothing`);
  return encodeURIComponent(value);
}

/** The value that a text stands for. */
function understood({ name, kind, choices }: Field, text: string): unknown {
  switch (kind) {
    case 'number or null':
    case 'number': {
      if (kind !== 'number' && text === 'null') return null;
      const number = Number(text);
      if (text.trim() === '' || !Number.isFinite(number)) throw new Failure('usage', `${name} must be a ${kind}, not ${text}`);
      return number;
    }
    case 'boolean':
      if (text !== 'true' && text !== 'false') throw new Failure('usage', `${name} must be true or false, not ${text}`);
      return text === 'true';
    case 'list':
      return text.startsWith('[') ? parsed(name, text) : [text];
    case 'json':
      return parsed(name, text.startsWith('@') ? read(text.slice(1)) : text);
    default:
      if (choices.length > 0 && !choices.includes(text))
        throw new Failure('usage', `${name} must be ${choices.join(', ')}, not ${text}`);
      return text;
  }
}

/** Parses JSON that was given as `what`. */
export function parsed(what: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Failure('usage', `${what} is no JSON: ${error instanceof Error ? error.message : error}`);
  }
}

/** Reads a file that was given as `@file`. */
export function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Failure('usage', `${file} cannot be read: ${error instanceof Error ? error.message : error}`);
  }
}
