import { z } from 'zod';
import type { Provider } from './provider.ts';
import type { KeystoneSettings } from './settings.ts';

/** How long before its end a token of our own is renewed, in ms. */
const MARGIN = 30_000;

const issued = z.object({ token: z.object({ expires_at: z.iso.datetime({ offset: true }) }) });

interface OwnToken {
  readonly text: string;
  readonly expiresAt: number;
}

/** Our own account at Keystone, with which it is asked about others. */
export interface KeystoneLogin {
  /** Asks Keystone as our own user, who signs in anew when their token is believed no more. Throws Problem (503). */
  get(path: string, headers: Record<string, string>): Promise<Response>;
}

/** Signs in at a Keystone when it is first asked. */
export function createKeystoneLogin(settings: KeystoneSettings, provider: Provider): KeystoneLogin {
  let own: OwnToken | undefined;
  let signingIn: Promise<OwnToken> | undefined;

  async function signIn(): Promise<OwnToken> {
    const { user, userDomain, password, project, projectDomain } = settings;
    const answer = await provider.ask(`${settings.url}/v3/auth/tokens?nocatalog`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({
        auth: {
          identity: { methods: ['password'], password: { user: { name: user, domain: { name: userDomain }, password } } },
          scope: { project: { name: project, domain: { name: projectDomain } } },
        },
      }),
    });
    const text = answer.headers.get('x-subject-token');
    const said = issued.safeParse(await answer.json().catch(() => undefined));
    if (answer.status !== 201 || text === null || !said.success) {
      throw provider.failed(`it answered ${answer.status} when HAAS_KEYSTONE_USER signed in`, said.error);
    }
    return { text, expiresAt: Date.parse(said.data.token.expires_at) };
  }

  /** A token of ours, another one than `refused`. Many requests at once sign in once. */
  async function token(refused?: OwnToken): Promise<OwnToken> {
    if (own && own !== refused && own.expiresAt - MARGIN > Date.now()) return own;
    signingIn ??= signIn().finally(() => {
      signingIn = undefined;
    });
    own = await signingIn;
    return own;
  }

  return {
    async get(path, headers) {
      const ask = ({ text }: OwnToken) =>
        provider.ask(`${settings.url}/v3${path}`, { headers: { ...headers, 'X-Auth-Token': text } });
      const tried = await token();
      const answer = await ask(tried);
      // Ours has expired or was revoked.
      return answer.status === 401 ? ask(await token(tried)) : answer;
    },
  };
}
