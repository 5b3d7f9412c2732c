import type { Algorithms, Session } from 'ssh2';
import ssh2 from 'ssh2';
import { type Listener, listenOnLoopback, type OpenConnections } from './loopback-listener.ts';
import { authenticationBy, authenticator, type SshLogin } from './ssh-authentication.ts';
import { offerCommands, type RunningCommand } from './ssh-commands.ts';
import { SshTerminal } from './ssh-terminal.ts';
import type { Terminal } from './terminal.ts';

/** What an SSH server of about 2010 offers, and all it offers: clients of today must be told to accept it. */
const LEGACY_ALGORITHMS: Algorithms = {
  kex: ['diffie-hellman-group1-sha1'],
  serverHostKey: ['ssh-rsa'],
  cipher: ['aes128-cbc', '3des-cbc'],
  hmac: ['hmac-sha1'],
};

/** How an SSH server speaks, and what it does with those it lets in. */
export interface SshService {
  readonly login: SshLogin;
  /** Private host key in PEM. */
  readonly hostKey: string;
  /** Offers only what switches of about 2010 offer; needs an RSA host key. */
  readonly legacy: boolean;
  /** Takes each shell; without it shells are refused. */
  readonly onTerminal?: ((terminal: Terminal) => void) | undefined;
  /** Takes each command that is to be run without a shell; without it such commands are refused. */
  readonly onCommand?: ((command: string, running: RunningCommand) => void) | undefined;
}

/**
 * Listens for SSH on the loopback interface (port 0: any free one). Takes passwords, keyboard-interactive authentication and a
 * public key; refuses subsystems and forwarding. Rejects if the port is taken or the key is not one.
 */
export async function startSshServer(port: number, service: SshService, connections: OpenConnections): Promise<Listener> {
  const authentication = authenticationBy(service.login);
  const algorithms = service.legacy ? { algorithms: LEGACY_ALGORITHMS } : {};
  const server = new ssh2.Server({ hostKeys: [service.hostKey], ...algorithms }, (connection) => {
    // A connection broken off by the client is ordinary here; ssh2 reports it as an error and closes by itself.
    connection.on('error', () => {});
    connection.on(
      'authentication',
      authenticator(authentication, () => connection.end()),
    );
    const terminal = new SshTerminal(connection);
    connection.on('session', (accept) => {
      const session = accept();
      if (service.onTerminal !== undefined) offerShell(session, terminal, service.onTerminal);
      if (service.onCommand !== undefined) offerCommands(session, connection, service.onCommand);
    });
  });
  return listenOnLoopback(port, (socket) => {
    if (connections.admit(socket)) server.injectSocket(socket);
  });
}

function offerShell(session: Session, terminal: SshTerminal, onTerminal: (terminal: Terminal) => void): void {
  session.on('pty', (accept, _reject, info) => {
    terminal.type = info.term.toLowerCase();
    terminal.resize(info);
    accept?.();
  });
  session.on('window-change', (accept, _reject, info) => {
    terminal.resize(info);
    accept?.();
  });
  session.on('shell', (accept, reject) => {
    // One connection is one line of the switch; a second shell on it would share this terminal.
    if (terminal.attached) {
      reject();
      return;
    }
    terminal.attach(accept());
    onTerminal(terminal);
  });
}
