import { z } from 'zod';
import { type SealingKey, sealingKey } from '../db/commands/seal.ts';
import { watchFile } from './watched-file.ts';

/**
 * The keys to which this agent's credentials are sealed, newest first, from a file that is read again whenever it changes: what is sealed to
 * a key opens from the moment that the key is in the file. Throws ConfigError while the file is unreadable.
 */
export function watchSealingKeys(path: string): () => readonly SealingKey[] {
  return watchFile(path, z.array(sealingKey).min(1), 'it holds the keys that open the credentials of devices');
}
