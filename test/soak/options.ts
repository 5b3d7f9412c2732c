import { randomInt } from 'node:crypto';
import { z } from 'zod';

const number = (least: number, most: number, usual: number) => z.coerce.number().int().min(least).max(most).default(usual);

const environment = z.object({
  HAAS_SOAK_SECONDS: number(1, 7 * 24 * 3600, 300),
  HAAS_SOAK_SEED: number(0, 2 ** 32 - 1, 0),
  HAAS_SOAK_NODES: number(8, 2000, 200),
  HAAS_SOAK_SWITCHES: number(1, 16, 8),
  HAAS_SOAK_USERS: number(2, 200, 20),
});

/** How long is soaked, and how much. */
export interface SoakOptions {
  readonly seconds: number;
  /** What is done at random is the same for the same seed, as far as whoever does it finds the same. */
  readonly seed: number;
  readonly nodes: number;
  readonly switches: number;
  readonly users: number;
}

/** Reads the options from an environment. Throws Error, which names what is wrong. */
export function readOptions(env: Record<string, string | undefined>): SoakOptions {
  const parsed = environment.safeParse(env);
  if (!parsed.success) {
    throw new Error(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '));
  }
  const { data } = parsed;
  return {
    seconds: data.HAAS_SOAK_SECONDS,
    seed: env['HAAS_SOAK_SEED'] === undefined ? randomInt(2 ** 32) : data.HAAS_SOAK_SEED,
    nodes: data.HAAS_SOAK_NODES,
    switches: data.HAAS_SOAK_SWITCHES,
    users: data.HAAS_SOAK_USERS,
  };
}
