import { randomUUID } from 'node:crypto';
import type { TestContext } from 'vitest';
import { z } from 'zod';
import { type JsonServer, startJsonServer } from './json-server.ts';

/** The account with which HaaS asks. */
export const SERVICE = { user: 'haas', password: 'the service password', project: 'service', domain: 'Default' };

const signingIn = z.object({
  auth: z.object({
    identity: z.object({
      methods: z.tuple([z.literal('password')]),
      password: z.object({
        user: z.object({
          name: z.literal(SERVICE.user),
          domain: z.object({ name: z.literal(SERVICE.domain) }),
          password: z.literal(SERVICE.password),
        }),
      }),
    }),
    scope: z.object({
      project: z.object({ name: z.literal(SERVICE.project), domain: z.object({ name: z.literal(SERVICE.domain) }) }),
    }),
  }),
});

/** Somebody who has a token. */
interface Scope {
  readonly name?: string;
  readonly id?: string;
  /** Id of the project that the token is for; null: for none. */
  readonly project?: string | null;
  readonly roles?: readonly string[];
  /** Seconds from now. */
  readonly expiresIn?: number;
}

/** A Keystone (Identity API v3) on a real socket. */
export interface Keystone extends JsonServer {
  /** A token of somebody: a member of project blue, unless told otherwise. */
  issue(scope?: Scope): string;
  revoke(token: string): void;
  /** Revokes every token of the service account, or has its password be wrong. */
  revokeService(): void;
  refuseService(refuse: boolean): void;
  /** Has tokens of the service account be good for so many seconds. */
  serviceTokensLast(seconds: number): void;
  /** How often the service account signed in, and how often a token was validated. */
  signIns(): number;
  validations(): number;
}

/** Starts a Keystone for one test. */
export async function startKeystone(test: Pick<TestContext, 'onTestFinished'>): Promise<Keystone> {
  const tokens = new Map<string, Required<Scope> & { readonly expiresAt: number }>();
  const service = new Map<string, number>();
  let lasts = 3600;
  let isRefused = false;
  const time = (at: number) => new Date(at).toISOString().replace('Z', '000Z');
  const server = await startJsonServer(test, async (request, response) => {
    const answer = (status: number, body: unknown, headers: Record<string, string> = {}) =>
      void response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(body));
    if (request.url !== '/identity/v3/auth/tokens?nocatalog') return answer(404, { error: { code: 404 } });
    if (request.method === 'POST') {
      const parts: Buffer[] = [];
      for await (const part of request) parts.push(Buffer.from(part));
      const isRight = signingIn.safeParse(JSON.parse(Buffer.concat(parts).toString())).success;
      if (!isRight || isRefused) return answer(401, { error: { code: 401 } });
      const token = randomUUID();
      const expiresAt = Date.now() + lasts * 1000;
      service.set(token, expiresAt);
      return answer(201, { token: { expires_at: time(expiresAt) } }, { 'X-Subject-Token': token });
    }
    const { 'x-auth-token': own, 'x-subject-token': subject } = request.headers;
    if ((service.get(String(own)) ?? 0) <= Date.now()) return answer(401, { error: { code: 401 } });
    const found = tokens.get(String(subject));
    if (!found || found.expiresAt <= Date.now()) return answer(404, { error: { code: 404 } });
    const { id, name, project, roles, expiresAt } = found;
    return answer(200, {
      token: {
        methods: ['password'],
        expires_at: time(expiresAt),
        user: { id, name, domain: { id: 'default', name: 'Default' } },
        ...(project === null ? {} : { project: { id: project, name: 'a name', domain: { id: 'default', name: 'Default' } } }),
        roles: roles.map((role) => ({ id: role, name: role })),
      },
    });
  });
  const count = (method: string) => server.requests.filter((request) => request.startsWith(method)).length;
  return {
    ...server,
    url: `${server.url}/identity`,
    issue({ name = 'carol', id = 'a1b2', project = 'blue', roles = ['member'], expiresIn = 3600 } = {}) {
      const token = `gAAAA-${randomUUID()}`;
      tokens.set(token, { name, id, project, roles, expiresIn, expiresAt: Date.now() + expiresIn * 1000 });
      return token;
    },
    revoke: (token) => void tokens.delete(token),
    revokeService: () => service.clear(),
    refuseService: (refuse) => {
      isRefused = refuse;
    },
    serviceTokensLast: (seconds) => {
      lasts = seconds;
    },
    signIns: () => count('POST'),
    validations: () => count('GET'),
  };
}
