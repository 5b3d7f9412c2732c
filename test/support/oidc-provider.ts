import { exportJWK, type GenerateKeyPairResult, generateKeyPair, type JWK, SignJWT } from 'jose';
import type { TestContext } from 'vitest';
import { type JsonServer, startJsonServer } from './json-server.ts';

/** For whom the provider makes tokens. */
export const AUDIENCE = 'haas';

const keyPairs = new Map<string, Promise<GenerateKeyPairResult>>();

/** Making RSA keys takes longer than a test. */
function keyPair(name: string, alg: string): Promise<GenerateKeyPairResult> {
  const id = `${alg} ${name}`;
  const pair = keyPairs.get(id) ?? generateKeyPair(alg, { extractable: true });
  keyPairs.set(id, pair);
  return pair;
}

/** An OpenID Connect provider on a real socket. */
export interface OidcProvider extends JsonServer {
  readonly issuer: string;
  /** A token that is right, but for what is given otherwise; undefined leaves a claim out. Signed with `key`, the present one unless given. */
  token(
    claims?: Record<string, unknown>,
    header?: { readonly alg?: string; readonly kid?: string; readonly key?: string },
  ): Promise<string>;
  /** Has it publish these keys and sign with the last of them. */
  useKeys(...names: readonly string[]): void;
  /** Has it publish something else as its keys. */
  publish(keys: unknown): void;
  /** The public key of this name. */
  publicKey(name: string): Promise<JWK>;
  /** What discovery tells otherwise. */
  readonly discovery: Record<string, unknown>;
}

/** Starts a provider for one test, which signs with RS256 unless told otherwise. */
export async function startOidcProvider(test: Pick<TestContext, 'onTestFinished'>, alg = 'RS256'): Promise<OidcProvider> {
  let names: readonly string[] = ['first'];
  let published: unknown;
  const discovery: Record<string, unknown> = {};
  const publicKey = async (name: string): Promise<JWK> => ({
    ...(await exportJWK((await keyPair(name, alg)).publicKey)),
    kid: name,
    use: 'sig',
  });
  const server = await startJsonServer(test, async ({ url }, response) => {
    const documents: Record<string, () => Promise<unknown>> = {
      '/realm/.well-known/openid-configuration': async () => ({ issuer, jwks_uri: `${issuer}/keys`, ...discovery }),
      '/realm/keys': async () => published ?? { keys: await Promise.all(names.map(publicKey)) },
    };
    const document = documents[url ?? ''];
    response.writeHead(document ? 200 : 404, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify((await document?.()) ?? {}));
  });
  const issuer = `${server.url}/realm`;
  return {
    ...server,
    issuer,
    discovery,
    publicKey,
    useKeys(...others) {
      names = others;
    },
    publish(keys) {
      published = keys;
    },
    async token(claims = {}, header = {}) {
      const name = header.key ?? names.at(-1) ?? '';
      const now = Math.floor(Date.now() / 1000);
      return new SignJWT({ iss: issuer, aud: AUDIENCE, sub: 'u-17', iat: now, exp: now + 300, ...claims })
        .setProtectedHeader({ alg: header.alg ?? alg, kid: header.kid ?? name })
        .sign((await keyPair(name, header.alg ?? alg)).privateKey);
    },
  };
}
