import { z } from 'zod';

/** What a password may be: anything but nothing. */
export const password = z
  .string()
  .min(1, 'must not be empty')
  .meta({
    description: 'Password of the user; it is kept as a hash and never shown',
    examples: ['correct horse battery staple'],
  });
