import type { AuthContext, AuthenticationType, ParsedKey } from 'ssh2';
import ssh2 from 'ssh2';

const ATTEMPTS = 3;

/** What an SSH server needs to know to let people in. */
export interface SshLogin {
  readonly username: string;
  readonly password: string;
  /** Key with which one may log in too, in the form of an `authorized_keys` line. */
  readonly authorizedKey?: string | undefined;
  /** `shell` lets everybody in by authentication `none`, and nobody by any other: the shell asks. */
  readonly asks: 'protocol' | 'shell';
  /** Shown above the password question of keyboard-interactive authentication. */
  readonly title: string;
  /** Milliseconds from the right password to being let in. */
  readonly delay: () => number;
}

/** Whom a server lets in. */
export interface Authentication {
  readonly login: SshLogin;
  readonly key: ParsedKey | null;
}

/** Throws if the authorized key is not one. */
export function authenticationBy(login: SshLogin): Authentication {
  return { login, key: login.authorizedKey === undefined ? null : parseKey(login.authorizedKey) };
}

/** Decides about the attempts of one connection. */
export function authenticator({ login, key }: Authentication, giveUp: () => void): (context: AuthContext) => void {
  const methods: AuthenticationType[] = ['password', 'keyboard-interactive', ...(key ? ['publickey' as const] : [])];
  let attempts = 0;
  return (context) => {
    const decide = (right: boolean) => {
      if (right && context.username === login.username) {
        setTimeout(() => context.accept(), login.delay()).unref();
        return;
      }
      attempts += 1;
      if (attempts >= ATTEMPTS) giveUp();
      else context.reject(methods);
    };
    if (login.asks === 'shell') {
      if (context.method === 'none') context.accept();
      else context.reject([]);
    } else if (context.method === 'password') decide(context.password === login.password);
    else if (context.method === 'keyboard-interactive') {
      context.prompt([{ prompt: 'Password: ', echo: false }], login.title, (answers) => decide(answers[0] === login.password));
    } else if (context.method === 'publickey') {
      const known = key?.getPublicSSH().equals(context.key.data) ?? false;
      // A client asks first whether a key would do, without a signature; that is no attempt.
      if (known && context.signature === undefined && context.username === login.username) context.accept();
      else if (context.signature === undefined) context.reject(methods);
      else decide(known && key?.verify(context.blob ?? '', context.signature, context.hashAlgo) === true);
    }
    // Asking without proof is how clients learn the methods; it does not count as an attempt.
    else context.reject(methods);
  };
}

function parseKey(text: string): ParsedKey {
  const key = ssh2.utils.parseKey(text);
  if (key instanceof Error) throw new Error(`the authorized key is not one: ${key.message}`, { cause: key });
  return key;
}
