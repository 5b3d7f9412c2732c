import { z } from 'zod';
import { obmdPath } from './obm-access.ts';

/** How long obmd is waited for at most, in ms. */
const PATIENCE = 10_000;
/** The most that is read of what obmd says, in bytes. */
const LONGEST_ANSWER = 65_536;

/** Why obmd did not do what was asked of it. The message holds no token. */
export class ObmdError extends Error {
  override readonly name = 'ObmdError';
}

/** Where a node is at obmd, and the token that proves us its administrator. */
export interface ObmdLogin {
  readonly uri: string;
  readonly adminToken: string;
}

const tokenAnswer = z.object({ token: z.string().min(1) });

/** Has obmd make a token for users' requests; one that it made before is worth nothing from then on. Throws ObmdError. */
export async function requestToken(login: ObmdLogin, patience = PATIENCE): Promise<string> {
  const text = await ask('POST', login, patience);
  const answer = tokenAnswer.safeParse(parseJson(text));
  if (!answer.success) throw new ObmdError('obmd answered something that is no token');
  return answer.data.token;
}

/** Has obmd forget the token that it made last. Throws ObmdError. */
export async function revokeToken(login: ObmdLogin, patience = PATIENCE): Promise<void> {
  await ask('DELETE', login, patience);
}

async function ask(method: 'POST' | 'DELETE', { uri, adminToken }: ObmdLogin, patience: number): Promise<string> {
  try {
    const answer = await fetch(obmdPath(uri, 'token'), {
      method,
      headers: { Authorization: `Basic ${Buffer.from(`admin:${adminToken}`).toString('base64')}` },
      // The token is for this address, and no other.
      redirect: 'manual',
      signal: AbortSignal.timeout(patience),
    });
    if (!answer.ok) {
      await answer.body?.cancel();
      throw new ObmdError(`obmd answered ${answer.status}`);
    }
    return await read(answer);
  } catch (error) {
    throw error instanceof ObmdError ? error : new ObmdError(`obmd could not be asked: ${reasonOf(error)}`);
  }
}

async function read(answer: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of answer.body ?? []) {
    size += part.length;
    if (size > LONGEST_ANSWER) throw new ObmdError('obmd answered more than a token');
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

/** What stands behind `fetch failed`. */
function reasonOf(error: unknown): string {
  const causes: string[] = [];
  for (let cause = error; cause instanceof Error; cause = cause.cause) causes.push(cause.message || cause.name);
  return causes.at(-1) ?? 'nobody knows why';
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
