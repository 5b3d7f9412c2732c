import { z } from 'zod';
import { exceededQuota, type Owned } from '../../db/queries/quotas.ts';
import type { Problem } from '../http/problem.ts';

/** How many a quota can allow at most: as many as a column of Postgres holds. */
const MOST = 2 ** 31 - 1;

/** How many of these a project may have; null: any number. */
export function quotaLimit(owned: Owned) {
  return z
    .int()
    .min(0)
    .max(MOST)
    .nullable()
    .meta({ description: `How many ${owned} the project may have; null: any number`, examples: [20] });
}

/** Refusal of what would be one more than a project may have. */
export const quotaRefusals = {
  quota_exceeded: ['BlockedError', 'the project has as many of these as it may have'],
} as const;

/** Makes a change that gives something to a project, or refuses it: the transaction is over then. */
export async function withinQuota<T>(
  refuse: (code: keyof typeof quotaRefusals, message: string) => Problem,
  project: string,
  owned: Owned,
  change: () => PromiseLike<T>,
): Promise<T> {
  try {
    return await change();
  } catch (error) {
    const limit = exceededQuota(error, owned);
    if (limit === undefined) throw error;
    throw refuse(
      'quota_exceeded',
      `project ${project} may have ${limit} ${owned}, and this would be one more: give up what it does not need, or ask an administrator for a higher limit`,
    );
  }
}
