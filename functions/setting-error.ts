import type { z } from 'zod';

/** A setting that cannot be used; the message names the variable and the remedy. */
export class SettingError extends Error {
  override readonly name = 'SettingError';
}

/** Reads variables of the environment. Throws SettingError, which names every variable that is wrong, and no value. */
export function parseEnvironment<T>(schema: z.ZodType<T>, env: Record<string, string | undefined>): T {
  const parsed = schema.safeParse(env);
  if (parsed.success) return parsed.data;
  const wrong = parsed.error.issues.map(({ path, code, message }) => {
    const variable = String(path[0]);
    return `${variable}: ${env[variable] === undefined && code !== 'custom' ? 'must be set' : message}`;
  });
  throw new SettingError(wrong.join('; '));
}
