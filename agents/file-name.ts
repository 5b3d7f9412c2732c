import { createHash } from 'node:crypto';

/**
 * A file name for a text that may hold anything: something to recognise it by, and a hash that no two texts share,
 * not even where the file system takes `A` and `a` for the same.
 */
export function fileName(text: string): string {
  const readable = text.replace(/[^A-Za-z0-9-]+/g, '_').slice(0, 60);
  return `${readable}.${createHash('sha256').update(text).digest('hex').slice(0, 32)}`;
}
