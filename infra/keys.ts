import { randomBytes } from 'node:crypto';
import { chmod, mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { generateSigningKey, signingKey, verificationKey } from '../db/commands/envelope.ts';
import { generateSealingKey, type SealingKey, sealingKey } from '../db/commands/seal.ts';

const apiKeys = z.strictObject({
  /** The deployment's name in every signature. */
  issuer: z.string().min(1),
  signing: signingKey,
  /** 32 bytes in base64url; encrypts what the API itself must read again. */
  secret: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
});

/** What an API host knows and Postgres never does. All API hosts of a deployment share it. */
export type ApiKeys = z.output<typeof apiKeys>;

/** A key file that cannot be used; the message names the file, and never quotes it. */
export class KeyFileError extends Error {
  override readonly name = 'KeyFileError';
}

/** Reads an API host's keys from a file. Throws KeyFileError. */
export async function readApiKeys(path: string): Promise<ApiKeys> {
  return readKeyFile(path, apiKeys);
}

/** The API host's keys in a file, made when the file is missing. */
export async function ensureApiKeys(path: string): Promise<ApiKeys> {
  if (!(await exists(path))) {
    await writePrivateFile(path, {
      issuer: `haas-${randomBytes(8).toString('hex')}`,
      signing: await generateSigningKey(),
      secret: randomBytes(32).toString('base64url'),
    });
  }
  return readApiKeys(path);
}

/** What agents pin: the deployment, and the public halves of the keys that it signs with. */
export const trustedKeysFile = z.strictObject({ issuer: z.string().min(1), keys: z.array(verificationKey).min(1) });

/** What the agents of a deployment are to trust. Public. */
export function trustedKeys({ issuer, signing }: ApiKeys): z.output<typeof trustedKeysFile> {
  return { issuer, keys: [verificationKey.parse(signing)] };
}

/** Has an agent trust a deployment, beside the other keys of the same deployment that it trusts already: a rotation is not undone. */
export async function pinTrustedKeys(stateDir: string, trust: z.output<typeof trustedKeysFile>, agent: string): Promise<void> {
  const path = join(stateDir, 'trusted-keys.json');
  const known = (await exists(path)) ? await readKeyFile(path, trustedKeysFile.extend({ agent: z.string().optional() })) : null;
  const others = known?.issuer === trust.issuer ? known.keys.filter(({ kid }) => trust.keys.every((key) => key.kid !== kid)) : [];
  await writePrivateFile(path, { issuer: trust.issuer, keys: [...trust.keys, ...others], agent });
}

/** An agent's sealing keys in its state folder, newest first, made when they are missing. */
export async function ensureSealingKeys(stateDir: string): Promise<SealingKey[]> {
  const path = join(stateDir, 'sealing-keys.json');
  if (!(await exists(path))) await writePrivateFile(path, [await generateSealingKey()]);
  return readKeyFile(path, z.array(sealingKey).min(1));
}

/** Makes a folder that only its owner can enter or, with mode 0711, that others can pass through and not list. */
export async function ensurePrivateFolder(path: string, mode: 0o700 | 0o711 = 0o700): Promise<void> {
  await mkdir(path, { recursive: true, mode });
  await chmod(path, mode);
}

/** Writes JSON that only its owner can read, whole or not at all. */
export async function writePrivateFile(path: string, value: unknown): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const unfinished = `${path}.${process.pid}.new`;
  const file = await open(unfinished, 'w', 0o600);
  try {
    await file.writeFile(`${JSON.stringify(value, null, 2)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(unfinished, path);
}

async function exists(path: string): Promise<boolean> {
  return readFile(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false;
      throw new KeyFileError(`${path} cannot be read: ${error.message}`);
    },
  );
}

/** Reads a private JSON file. Throws KeyFileError, which never quotes the file. */
export async function readKeyFile<T extends z.ZodType>(path: string, schema: T): Promise<z.output<T>> {
  try {
    return schema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    const why = error instanceof Error && 'syscall' in error ? error.message : 'its content is not what HaaS wrote there';
    throw new KeyFileError(
      `${path} cannot be used (${why}): restore it from a backup; a new one loses what was sealed or signed with the old`,
    );
  }
}
