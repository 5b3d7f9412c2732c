import { readFileSync, statSync } from 'node:fs';
import type { z } from 'zod';
import { messageOf } from './scrub.ts';

/** The agent's configuration cannot be used. The message names the variable or file, and the remedy. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** Refuses a file or folder that other users of this host could open. */
export function demandPrivate(path: string): void {
  let mode: number;
  try {
    mode = statSync(path).mode;
  } catch (error) {
    throw new ConfigError(`${path} cannot be read: ${messageOf(error)}`);
  }
  if ((mode & 0o077) !== 0) {
    const shown = (mode & 0o777).toString(8).padStart(4, '0');
    throw new ConfigError(`${path} is open to other users (mode ${shown}): run "chmod go-rwx ${path}"`);
  }
}

/** Reads a JSON file and checks its shape. The message says which field is wrong, and never quotes the file. */
export function readJson<T extends z.ZodType>(path: string, shape: T): z.output<T> {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    // The parser's own message quotes the text, which may be a key.
    throw new ConfigError(`${path} ${error instanceof SyntaxError ? 'is no JSON' : `cannot be read: ${messageOf(error)}`}`);
  }
  const parsed = shape.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new ConfigError(`${path} is not as it should be, at ${issue?.path.join('.') || 'the top'}: ${issue?.message ?? 'wrong'}`);
}
