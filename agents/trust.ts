import { z } from 'zod';
import { type VerificationKey, verificationKey } from '../db/commands/envelope.ts';
import { watchFile } from './watched-file.ts';

const trustFile = z.strictObject({
  issuer: z.string().min(1),
  agent: z.string().min(1).optional(),
  keys: z.array(verificationKey).min(1),
});

/** Whose orders this agent takes: the deployment, and the keys it signs with (several while they are being rotated). */
export interface Trust {
  readonly issuer: string;
  /** Who this agent is. Without it the agent believes the database in that. */
  readonly agent?: string | undefined;
  readonly keys: readonly VerificationKey[];
}

/**
 * Trusted keys from a file, read again whenever it changes, so that keys are rotated without a restart.
 * Throws ConfigError while the file is unreadable: going on with the keys of before would keep a withdrawn key alive.
 */
export function watchTrust(path: string): () => Trust {
  return watchFile(path, trustFile, 'it holds {"issuer", "keys"}, the deployment whose orders are taken and its keys');
}
