import type { Logger } from 'pino';
import { Problem } from '../problem.ts';

/** How long a provider may take to answer, and how long it is left alone after it failed, in ms. */
const PATIENCE = 5_000;
const PAUSE = 5_000;
/** The most that is read of an answer, in bytes. */
const LONGEST_ANSWER = 1024 * 1024;

/** Another system that knows who people are. */
export interface Provider {
  /** Asks it. Throws Problem (503) when it does not answer, or that it cannot answer; after that, for a while, without asking. */
  ask(url: string, request?: RequestInit): Promise<Response>;
  /** What to throw when what it answered is of no use: the log tells why, the client only that it is so. */
  failed(why: string, cause?: unknown): Problem;
}

/** A provider as an API host asks it. `name` is for people. */
export function createProvider(name: string, log: Logger, patience = PATIENCE): Provider {
  let leaveAloneUntil = 0;

  const away = () =>
    new Problem('UnavailableError', 'identity_provider_unavailable', `${name} cannot say now who you are: try again`, {
      headers: { 'Retry-After': String(PAUSE / 1000) },
    });
  function failed(why: string, cause?: unknown): Problem {
    leaveAloneUntil = Date.now() + PAUSE;
    log.warn({ provider: name, err: new Error(why, { cause }) }, 'nobody can sign in who is not known already');
    return away();
  }

  return {
    async ask(url, request) {
      if (Date.now() < leaveAloneUntil) throw away();
      let answer: Response;
      try {
        // A secret is for this address, and no other.
        const answered = await fetch(url, { ...request, redirect: 'manual', signal: AbortSignal.timeout(patience) });
        answer = new Response(await read(answered), { status: answered.status, headers: answered.headers });
      } catch (error) {
        throw failed(`${new URL(url).origin} did not answer`, error);
      }
      if (answer.status >= 500 || answer.status === 429) throw failed(`${new URL(url).origin} answered ${answer.status}`);
      return answer;
    },
    failed,
  };
}

async function read(answer: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of answer.body ?? []) {
    size += part.length;
    if (size > LONGEST_ANSWER) throw new Error('it answered too much');
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}
