import { Worker } from 'node:worker_threads';

/** How many passwords are verified at a time, and how many more may wait for it: each takes about a second of a processor. */
const AT_A_TIME = 2;
const WAITING = 16;
/** The longest password that is tried, in bytes: the work grows with its length. */
const LONGEST = 256;
/** After so long a verification is given up, in ms. */
const PATIENCE = 30_000;

/** A hash of sha512-crypt as passlib writes it, with as many rounds as we would wait for: rounds, salt and digest. The digest has 512 bits: its last character stands for two. */
export const SHA512_CRYPT = /^\$6\$rounds=([1-9]\d{3,5}|1000000)\$[./0-9A-Za-z]{1,16}\$[./0-9A-Za-z]{85}[./01]$/;

/** Thrown where so many verifications wait that one more would wait too long. */
export class TooManyVerificationsError extends Error {
  override readonly name = 'TooManyVerificationsError';

  constructor() {
    super('too many passwords wait to be verified');
  }
}

/** Whether a hash is one of sha512-crypt, as the predecessor kept passwords. */
export function isSha512Crypt(passwordHash: string): boolean {
  return SHA512_CRYPT.test(passwordHash);
}

/** A hash that no password has, which takes as long to verify as this one. */
export function unmatchedSha512Crypt(passwordHash: string): string {
  return `$6$rounds=${SHA512_CRYPT.exec(passwordHash)?.[1] ?? 656_000}$${'.'.repeat(16)}$${'.'.repeat(86)}`;
}

let running = 0;
const waiting: (() => void)[] = [];

/**
 * Whether a password is the one of which this is the hash in sha512-crypt. The event loop is not held up. Nobody has an empty password, nor
 * one of more than 256 bytes. Throws TooManyVerificationsError.
 */
export async function verifySha512Crypt(passwordHash: string, password: string): Promise<boolean> {
  const length = Buffer.byteLength(password);
  if (!isSha512Crypt(passwordHash) || length === 0 || length > LONGEST) return false;
  if (running < AT_A_TIME) running += 1;
  else {
    if (waiting.length >= WAITING) throw new TooManyVerificationsError();
    // Whoever ends hands the place on.
    await new Promise<void>((resolve) => waiting.push(resolve));
  }
  try {
    return await verifyOnThread(passwordHash, password);
  } finally {
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  }
}

function verifyOnThread(passwordHash: string, password: string): Promise<boolean> {
  const worker = new Worker(new URL('./sha512-crypt-worker.mjs', import.meta.url), {
    workerData: { passwordHash, password },
    // It needs nothing of what this process was started with, least of all its secrets.
    execArgv: [],
    env: {},
  });
  const end = setTimeout(() => void worker.terminate(), PATIENCE);
  return new Promise<boolean>((resolve, reject) => {
    worker.once('message', (isRight) => resolve(isRight === true));
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error(`a password was not verified within ${PATIENCE} ms`)));
  }).finally(() => clearTimeout(end));
}
