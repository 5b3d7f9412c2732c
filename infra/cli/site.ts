import { type Credential, readCredentials } from './credentials-file.ts';
import { Failure } from './failure.ts';
import { askSecret } from './prompt.ts';
import type { Terminal } from './terminal.ts';

/** An API, and as whom it is used. */
export interface Site {
  /** `https://haas.example`: what the path of an operation is appended to. */
  readonly endpoint: string;
  /** Null: as nobody. */
  readonly credentials: Credentials | null;
}

/** What a request is signed in with. */
export interface Credentials {
  readonly headers: Readonly<Record<string, string>>;
  /** What people know it by. */
  readonly source: string;
}

/** What the command was told of it. */
export interface SiteOptions {
  readonly endpoint?: string | undefined;
  readonly login?: string | undefined;
  readonly token?: string | undefined;
}

/** The first of these variables that is set. */
function variable(env: NodeJS.ProcessEnv, ...names: string[]): string | undefined {
  return names.map((name) => env[name]).find((value) => value !== undefined && value !== '');
}

/** The address of the API: of the command, of the environment, or of the last login. Throws Failure where there is none. */
export function chooseEndpoint({ env }: Terminal, { endpoint }: SiteOptions): string {
  const chosen = endpoint ?? variable(env, 'HAAS_ENDPOINT', 'HIL_ENDPOINT') ?? readCredentials(env).current;
  if (chosen === undefined) {
    throw new Failure('usage', 'where is the API? Sign in with  haas login http://127.0.0.1:5000  or set HAAS_ENDPOINT');
  }
  return originOf(chosen);
}

/** Scheme, host and port of an address. Whatever path it has is dropped, as HIL's clients do. */
function originOf(address: string): string {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) {
    // Before an @ there may be a password.
    const found = address.includes('@') ? '' : `, not ${address}`;
    throw new Failure('usage', `the endpoint must be the address of an API, such as https://haas.example${found}`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new Failure('usage', 'the endpoint must not hold a user or a password: others would read it. Sign in with  haas login');
  }
  return url.origin;
}

/** The API, and as whom it is used: as the command says, the environment (HAAS_*, then HIL_*), or the file that `haas login` wrote. */
export async function chooseSite(terminal: Terminal, options: SiteOptions): Promise<Site> {
  const endpoint = chooseEndpoint(terminal, options);
  return { endpoint, credentials: await chooseCredentials(terminal, endpoint, options) };
}

async function chooseCredentials(
  terminal: Terminal,
  endpoint: string,
  { token, login }: SiteOptions,
): Promise<Credentials | null> {
  const { env } = terminal;
  if (token !== undefined) {
    return bearer(token === '-' ? await askSecret(terminal, `Token for ${endpoint}: `) : token, 'the token of --token');
  }
  if (login !== undefined)
    return basic(login, await askSecret(terminal, passwordPrompt(login, endpoint)), `the password of ${login}`);
  const given = variable(env, 'HAAS_TOKEN');
  if (given !== undefined) return bearer(given, 'the token of HAAS_TOKEN');
  for (const prefix of ['HAAS', 'HIL']) {
    const [user, password] = [variable(env, `${prefix}_USERNAME`), variable(env, `${prefix}_PASSWORD`)];
    if (user === undefined) continue;
    const source = `the user ${user} of ${prefix}_USERNAME`;
    return basic(user, password ?? (await askSecret(terminal, passwordPrompt(user, endpoint))), source);
  }
  const keystone = variable(env, 'OS_TOKEN');
  if (keystone !== undefined) {
    const source = 'the Keystone token of OS_TOKEN';
    return { headers: { 'X-Auth-Token': headerValue(keystone, source) }, source };
  }
  const kept = readCredentials(env).endpoints[endpoint];
  return kept ? keptCredentials(kept) : null;
}

/** How somebody is asked for a password. */
export function passwordPrompt(user: string, endpoint: string): string {
  return `Password of ${user} at ${endpoint}: `;
}

/** What `haas login` kept, as credentials. */
export function keptCredentials({ token, user }: Credential): Credentials {
  return bearer(token, `the token that haas login kept${user === undefined ? '' : ` for ${user}`}`);
}

/** An API token, or a JWT. */
export function bearer(token: string, source: string): Credentials {
  return { headers: { Authorization: `Bearer ${headerValue(token, source)}` }, source };
}

/** A token as a header can hold it. What cannot be sent is refused here: `fetch` would tell all of it in its error. */
function headerValue(token: string, source: string): string {
  const value = token.trim();
  if (/^[\x21-\x7e]+$/.test(value)) return value;
  throw new Failure('usage', `${source} holds a character that no token has, or nothing: is all of it there, and in one line?`);
}

/** User and password. */
export function basic(user: string, password: string, source: string): Credentials {
  return { headers: { Authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` }, source };
}
