import { statSync } from 'node:fs';
import { z } from 'zod';
import { type VerificationKey, verificationKey } from '../db/commands/envelope.ts';
import { ConfigError, demandPrivate, readJson } from './private-file.ts';

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
 * Answers a new object only after a change. Throws ConfigError while the file is unreadable:
 * going on with the keys of before would keep a withdrawn key alive.
 */
export function watchTrust(path: string): () => Trust {
  let known: { version: string; trust: Trust } | undefined;
  return () => {
    const version = fileVersion(path);
    if (known?.version !== version) {
      demandPrivate(path);
      known = { version, trust: readJson(path, trustFile) };
    }
    return known.trust;
  };
}

function fileVersion(path: string): string {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
  if (!stat)
    throw new ConfigError(`${path} is missing: it holds {"issuer", "keys"}, the deployment whose orders are taken and its keys`);
  return `${stat.ino} ${stat.size} ${stat.mtimeNs}`;
}
