import { z } from 'zod';
import type { Answer } from './api.ts';
import { type Ending, Failure } from './failure.ts';
import type { Site } from './site.ts';
import { harmless } from './terminal.ts';

const problem = z.object({
  type: z.string(),
  msg: z.string(),
  code: z.string().optional(),
  errors: z.array(z.object({ path: z.string(), msg: z.string() })).default([]),
  request_id: z.string().optional(),
});

/** The failure that an answer which is no success tells. */
export function failureOf(answer: Answer, site: Site): Failure {
  const { status, headers, text } = answer;
  const told = problem.safeParse(jsonOf(text)).data;
  const ending = endingOf(status, told?.type);
  if (!told) {
    const line = harmless(
      text
        .replace(/<[^>]*>/g, ' ')
        .replace(/\s+/g, ' ')
        .trim()
        .slice(0, 300),
    );
    return new Failure(
      ending,
      `${site.endpoint} answered ${status}${line === '' ? '' : `: ${line}`}\nThat is no answer of HaaS: is the endpoint right?`,
    );
  }
  const { code, msg, errors, request_id: request } = told;
  const fields = errors.filter((each) => !msg.includes(`${each.path}: ${each.msg}`)).map((each) => `  ${each.path}: ${each.msg}`);
  const lines = [
    `${msg} (${code ?? told.type})`,
    ...fields,
    ...adviceOn(status, headers, code, site),
    ...(status >= 500 && request !== undefined ? [`The log of the API has more under request ${request}.`] : []),
  ];
  return new Failure(ending, lines.map((line) => harmless(line)).join('\n'));
}

function endingOf(status: number, type: string | undefined): Ending {
  if (status === 401 || status === 403) return 'notAllowed';
  if (status === 404) return 'notFound';
  if (status === 409) return 'conflict';
  if (status === 502 && type !== undefined) return 'deviceFailed';
  if (status === 429 || status === 502 || status === 504 || (status === 503 && type !== 'AllocationError')) return 'unreachable';
  return 'refused';
}

function adviceOn(status: number, headers: Headers, code: string | undefined, { endpoint, credentials }: Site): string[] {
  if (status === 401 && headers.has('www-authenticate')) {
    if (!credentials) return [`You are not signed in: haas login ${endpoint}`];
    return [`The API does not take ${credentials.source}. Sign in again: haas login ${endpoint}`];
  }
  if (code === 'password_required') return ['For this command: --login <user>; the password is asked for.'];
  if (code === 'read_only_token') return [`That is ${credentials?.source ?? 'unknown'}.`];
  const after = headers.get('retry-after');
  return (status === 429 || status === 503) && after !== null ? [`Try again in ${after} s.`] : [];
}

/** The value of a text that is JSON; undefined where it is none. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
