import { hostname, userInfo } from 'node:os';
import { z } from 'zod';
import { Api } from './api.ts';
import { type Credential, readCredentials, writeCredentials } from './credentials-file.ts';
import { Failure } from './failure.ts';
import { failureOf, jsonOf } from './problem.ts';
import { ask, askSecret } from './prompt.ts';
import { basic, bearer, type Credentials, chooseEndpoint, keptCredentials, passwordPrompt } from './site.ts';
import { harmless, type Terminal } from './terminal.ts';

/** What `haas login` may be told, besides the endpoint. */
export interface LoginOptions {
  readonly endpoint?: string | undefined;
  readonly login?: string | undefined;
  /** A token that there is already, to be kept. */
  readonly token?: string | undefined;
  /** What the token is called at the API. */
  readonly name?: string | undefined;
  /** For how long it is good, in seconds. */
  readonly expiresIn?: number | undefined;
}

const madeToken = z.object({ id: z.string(), token: z.string() });

/** Signs in, has the API make a token, and keeps that: the password is kept nowhere. */
export async function logIn(terminal: Terminal, options: LoginOptions): Promise<void> {
  const { env, stderr } = terminal;
  const endpoint = chooseEndpoint(terminal, options);
  if (/^http:/.test(endpoint) && !/^http:\/\/(?:127\.|localhost\b|\[::1\])/.test(endpoint)) {
    stderr.write(`${endpoint} is not encrypted: whoever is on the way reads the password and the token.\n`);
  }
  // No token is made that could not be kept.
  readCredentials(env);
  const kept =
    options.token === undefined
      ? await newToken(terminal, endpoint, options)
      : await givenToken(terminal, endpoint, options.token);
  const { endpoints } = readCredentials(env);
  const before = endpoints[endpoint];
  try {
    writeCredentials(env, { current: endpoint, endpoints: { ...endpoints, [endpoint]: kept } });
  } catch (error) {
    await revoke(endpoint, kept);
    throw error;
  }
  if (before && before.token !== kept.token) await revoke(endpoint, before);
  stderr.write(`Signed in at ${endpoint}${kept.user === undefined ? '' : ` as ${harmless(kept.user)}`}.\n`);
}

async function newToken(terminal: Terminal, endpoint: string, { login, name, expiresIn }: LoginOptions): Promise<Credential> {
  const user = login ?? (terminal.env['HAAS_USERNAME'] || (await ask(terminal, `User at ${endpoint}: `)));
  const password = await askSecret(terminal, passwordPrompt(user, endpoint));
  const body = {
    name: name ?? `haas of ${localUser()} on ${hostname()}, ${new Date().toISOString()}`,
    ...(expiresIn === undefined ? {} : { expires_in: expiresIn }),
  };
  const text = await demand(endpoint, basic(user, password, `the password of ${user}`), {
    method: 'POST',
    path: '/v0/auth/token',
    body: JSON.stringify(body),
  });
  const made = madeToken.safeParse(jsonOf(text)).data;
  if (!made) throw new Failure('refused', `${endpoint} made no token: is it the API of HaaS?`);
  return { ...made, user };
}

/** Who uses this machine. In a container there may be a number only. */
function localUser(): string {
  try {
    return userInfo().username;
  } catch {
    return `user ${process.getuid?.() ?? 'unknown'}`;
  }
}

/** A token that was made elsewhere is tried before it is kept. */
async function givenToken(terminal: Terminal, endpoint: string, given: string): Promise<Credential> {
  const token = given === '-' ? await askSecret(terminal, `Token for ${endpoint}: `) : given;
  await demand(endpoint, bearer(token, 'the token'), { method: 'GET', path: '/v0/nodes/free?limit=1' });
  return { token };
}

async function demand(endpoint: string, credentials: Credentials, request: Parameters<Api['send']>[0]): Promise<string> {
  const site = { endpoint, credentials };
  const answer = await new Api(site).send(request);
  if (answer.status >= 300 || jsonOf(answer.text) === undefined) throw failureOf(answer, site);
  return answer.text;
}

/** Revokes the token that `haas login` kept, and forgets it. `forget`: whether the API can be reached or not. */
export async function logOut(terminal: Terminal, options: { endpoint?: string | undefined; forget: boolean }): Promise<void> {
  const { env, stderr } = terminal;
  const endpoint = chooseEndpoint(terminal, options);
  const { current, endpoints } = readCredentials(env);
  const { [endpoint]: kept, ...others } = endpoints;
  if (!kept) throw new Failure('notAllowed', `nobody is signed in at ${endpoint}`);
  if (!options.forget) {
    const refusal = await revoke(endpoint, kept);
    if (refusal) throw refusal;
  }
  const next = current === endpoint ? Object.keys(others)[0] : current;
  writeCredentials(env, { ...(next === undefined ? {} : { current: next }), endpoints: others });
  stderr.write(`Signed out at ${endpoint}.\n`);
}

/** Revokes a kept token, and answers why that was refused. One that is not taken any more is as good as revoked; one that was made elsewhere stays. */
async function revoke(endpoint: string, kept: Credential): Promise<Failure | undefined> {
  if (kept.id === undefined) return undefined;
  const site = { endpoint, credentials: keptCredentials(kept) };
  const answer = await new Api(site).send({ method: 'DELETE', path: `/v0/auth/token/${encodeURIComponent(kept.id)}` });
  return answer.status < 300 || answer.status === 401 || answer.status === 404 ? undefined : failureOf(answer, site);
}
