import { z } from 'zod';
import { SHA512_CRYPT, unmatchedSha512Crypt } from '../sha512-crypt.ts';

/** What a password may be: anything but nothing. */
export const password = z
  .string()
  .min(1, 'must not be empty')
  .meta({
    description: 'Password of the user; it is kept as a hash and never shown',
    examples: ['correct horse battery staple'],
    writeOnly: true,
  });

/** The hash of a password that somebody had before, in the format of the predecessor. */
export const passwordHash = z
  .string()
  .regex(SHA512_CRYPT, 'must be a hash of sha512-crypt with its rounds, 1000 to 1000000: "$6$rounds=<number>$<salt>$<hash>"')
  .meta({
    description: 'Hash by sha512-crypt of the password of the user, as HIL keeps it; the first sign-in replaces it by another',
    examples: [unmatchedSha512Crypt('')],
    writeOnly: true,
  });
