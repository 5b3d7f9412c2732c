import { randomBytes } from 'node:crypto';
import { chmod, mkdir, open, readFile, rename, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { generateSigningKey, signingKey, type VerificationKey, verificationKey } from '../db/commands/envelope.ts';
import { generateSealingKey, type SealingKey, sealingKey } from '../db/commands/seal.ts';

const apiKeys = z.strictObject({
  /** The deployment's name in every signature. */
  issuer: z.string().min(1),
  signing: signingKey,
  /** 32 bytes in base64url; encrypts what the API itself must read again. */
  secret: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
  /** What `signing` will be: agents are told to trust it first. */
  next: signingKey.optional(),
  /** The public halves of what `signing` was: what they signed is still to be verified, but no order of theirs is to be taken. */
  retired: z.array(verificationKey).optional(),
});

/** What an API host knows and Postgres never does. All API hosts of a deployment share it. */
export type ApiKeys = z.output<typeof apiKeys>;

/** A key file that cannot be used; the message names the file, and never quotes it. */
export class KeyFileError extends Error {
  override readonly name = 'KeyFileError';
}

/** Reads an API host's keys from a file. Throws KeyFileError, also for one that every user of the machine can open: who reads it can sign. */
export async function readApiKeys(path: string): Promise<ApiKeys> {
  const keys = await readKeyFile(path, apiKeys);
  const { mode } = await stat(path);
  if ((mode & 0o007) !== 0) throw new KeyFileError(`${path} is open to every user of this machine: run "chmod o-rwx ${path}"`);
  return keys;
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

/** What the agents of a deployment are to trust: the key that signs, and the one that will. Public. */
export function trustedKeys({ issuer, signing, next }: ApiKeys): z.output<typeof trustedKeysFile> {
  return { issuer, keys: [signing, next].flatMap((key) => (key ? verificationKey.parse(key) : [])) };
}

/** Every public key that a deployment ever signed with or is about to: by these, what is kept for long is verified, never an order. */
export function auditKeys(keys: ApiKeys): VerificationKey[] {
  return [...trustedKeys(keys).keys, ...(keys.retired ?? [])];
}

/** What an agent pins, and who it is. */
const pinnedKeysFile = trustedKeysFile.extend({ agent: z.string().optional() });

function pinnedKeysPath(stateDir: string): string {
  return join(stateDir, 'trusted-keys.json');
}

/** Reads what an agent trusts. Throws KeyFileError. */
export function readPinnedKeys(stateDir: string): Promise<z.output<typeof pinnedKeysFile>> {
  return readKeyFile(pinnedKeysPath(stateDir), pinnedKeysFile);
}

/** Has an agent trust these keys and no others. It reads the file again while it runs. */
export function writePinnedKeys(stateDir: string, pinned: z.output<typeof pinnedKeysFile>): Promise<void> {
  return writePrivateFile(pinnedKeysPath(stateDir), pinned);
}

/** Has an agent trust a deployment, beside the other keys of the same deployment that it trusts already: a rotation is not undone. */
export async function pinTrustedKeys(stateDir: string, trust: z.output<typeof trustedKeysFile>, agent: string): Promise<void> {
  const known = (await exists(pinnedKeysPath(stateDir))) ? await readPinnedKeys(stateDir) : null;
  const others = known?.issuer === trust.issuer ? known.keys.filter(({ kid }) => trust.keys.every((key) => key.kid !== kid)) : [];
  await writePinnedKeys(stateDir, { issuer: trust.issuer, keys: [...trust.keys, ...others], agent });
}

function sealingKeysPath(stateDir: string): string {
  return join(stateDir, 'sealing-keys.json');
}

/** An agent's sealing keys in its state folder, newest first. Throws KeyFileError. */
export function readSealingKeys(stateDir: string): Promise<SealingKey[]> {
  return readKeyFile(sealingKeysPath(stateDir), z.array(sealingKey).min(1));
}

/** Gives an agent these sealing keys, newest first. It reads the file again while it runs. */
export function writeSealingKeys(stateDir: string, keys: readonly SealingKey[]): Promise<void> {
  return writePrivateFile(sealingKeysPath(stateDir), keys);
}

/** An agent's sealing keys in its state folder, newest first, made when they are missing. */
export async function ensureSealingKeys(stateDir: string): Promise<SealingKey[]> {
  if (!(await exists(sealingKeysPath(stateDir)))) await writeSealingKeys(stateDir, [await generateSealingKey()]);
  return readSealingKeys(stateDir);
}

/** Makes a folder that only its owner can enter or, with mode 0711, that others can pass through and not list. */
export async function ensurePrivateFolder(path: string, mode: 0o700 | 0o711 = 0o700): Promise<void> {
  await mkdir(path, { recursive: true, mode });
  await chmod(path, mode);
}

/**
 * Writes JSON that only its owner can read, whole or not at all. A file that is there already keeps its owner, and who may read it: whoever
 * needs it can go on.
 */
export async function writePrivateFile(path: string, value: unknown): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const before = (await exists(path)) ? await stat(path) : undefined;
  const unfinished = `${path}.${process.pid}.new`;
  const file = await open(unfinished, 'w', 0o600);
  try {
    if (before) {
      const { uid, gid } = await file.stat();
      if (uid !== before.uid || gid !== before.gid) await file.chown(before.uid, before.gid);
      await file.chmod(before.mode & 0o770);
    }
    await file.writeFile(`${JSON.stringify(value, null, 2)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(unfinished, path);
  // Something may be sealed to a new key at once: after a power cut the file of before must not be back.
  const folder = await open(dirname(path), 'r');
  await folder.sync().finally(() => folder.close());
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
    const isUnread = error instanceof Error && 'syscall' in error;
    const why = isUnread ? error.message : 'its content is not what HaaS wrote there';
    const elsewhere = isUnread ? 'name the file that is there, make it readable for this user, or ' : '';
    throw new KeyFileError(
      `${path} cannot be used (${why}): ${elsewhere}restore it from a backup; a new one loses what was sealed or signed with the old`,
    );
  }
}
