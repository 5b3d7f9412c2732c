import { z } from 'zod';

/** A timestamp as Postgres writes it, as ISO 8601 in UTC. */
export const moment = z.string().transform((text) => new Date(text).toISOString());
