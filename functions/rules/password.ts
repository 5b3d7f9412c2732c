import { z } from 'zod';

/** What a password may be: anything but nothing. */
export const password = z.string().min(1, 'must not be empty');
