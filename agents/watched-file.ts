import { statSync } from 'node:fs';
import type { z } from 'zod';
import { ConfigError, demandPrivate, readJson } from './private-file.ts';

/**
 * What a private JSON file holds, read again whenever it changes. Answers a new object only after a change. Throws ConfigError while the
 * file cannot be used; `purpose` says what a missing one is for.
 */
export function watchFile<T extends z.ZodType>(path: string, shape: T, purpose: string): () => z.output<T> {
  let known: { readonly version: string; readonly content: z.output<T> } | undefined;
  return () => {
    const version = fileVersion(path, purpose);
    if (known?.version !== version) {
      demandPrivate(path);
      known = { version, content: readJson(path, shape) };
    }
    return known.content;
  };
}

function fileVersion(path: string, purpose: string): string {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
  if (!stat) throw new ConfigError(`${path} is missing: ${purpose}`);
  return `${stat.ino} ${stat.size} ${stat.mtimeNs}`;
}
