import { request as httpRequest } from 'node:http';
import { isIP, type Socket } from 'node:net';
import { type TLSSocket, connect as tlsConnect } from 'node:tls';
import { type Credentials, secretsOf } from '../../db/devices/access.ts';
import { DeviceError } from '../device-error.ts';
import { quote } from './screen.ts';
import { fingerprint } from './ssh.ts';
import type { Timeouts } from './timeouts.ts';
import { dial } from './wire.ts';

/** A request. The path is sent as it is: what must be encoded is encoded. */
export interface RestRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly body?: string;
}

/** An answer that came whole, whatever its status. */
export interface RestAnswer {
  readonly status: number;
  readonly text: string;
}

/** A server, how to log in, and how to behave. */
export interface RestServer {
  /** The device's name in errors. */
  readonly label: string;
  readonly hostname: string;
  readonly port: number;
  readonly tls: boolean;
  readonly credentials: Credentials;
  readonly timeouts: Timeouts;
  readonly signal: AbortSignal;
  /** Whether this is the certificate that belongs to the address. */
  checkCertificate(address: string, fingerprint: string): boolean;
}

/** Most bytes that one answer may have. */
const answerLimit = 4_194_304;
const plainPath = /^\/[\w%.,/?=:-]*$/;

/**
 * A conversation with a REST server over basic authentication: one request at a time, each on a connection of its own, because a
 * kept one may be closed by the server at the very moment it is used, and nobody could tell then whether the request counted.
 *
 * Certificates of switches are self-signed: they are pinned when first seen, as SSH host keys are, before the password is sent.
 */
export class RestClient {
  readonly #server: RestServer;
  readonly #authorization: string;
  readonly #secrets: readonly string[];
  #turn: Promise<unknown> = Promise.resolve();
  #loggedIn = false;
  #ended: string | undefined;
  /** Gives up what is under way. */
  #giveUp: (why: string) => void = () => {};

  constructor(server: RestServer) {
    const { username, password } = server.credentials;
    const login = Buffer.from(`${username}:${password}`).toString('base64');
    this.#server = server;
    this.#authorization = `Basic ${login}`;
    // The longest first: the password may be a part of it.
    this.#secrets = [login, ...secretsOf(server.credentials)];
    server.signal.addEventListener('abort', this.#abort, { once: true });
    if (server.signal.aborted) this.#abort();
  }

  /** Texts that must appear nowhere. */
  get secrets(): readonly string[] {
    return this.#secrets;
  }

  /**
   * Proves address and login with a request that changes nothing; any answer that is no failure of the server will do.
   * Throws `denied` when the login or the certificate is wrong, otherwise `unreachable`.
   */
  async logIn(request: RestRequest): Promise<void> {
    const { status, text } = await this.request(request, this.#server.timeouts.login);
    if (status >= 500) throw this.#failed(`it answered HTTP ${status}: ${quote(text, this.#secrets)}`);
    this.#loggedIn = true;
  }

  /**
   * Sends a request and answers what came back within the timeout (milliseconds). Throws `denied` for HTTP 401 and 403,
   * `lost` for no answer or half of one: nobody can tell whether the request counted.
   */
  request(request: RestRequest, timeout: number): Promise<RestAnswer> {
    if (!plainPath.test(request.path)) throw new TypeError(`${JSON.stringify(request.path)} must not reach a server`);
    const turn = this.#turn.then(() => this.#send(request, timeout));
    this.#turn = turn.catch(() => {});
    return turn;
  }

  /** Ends the conversation. */
  close(): void {
    this.#ended ??= 'it was closed from here';
    this.#giveUp(this.#ended);
    this.#server.signal.removeEventListener('abort', this.#abort);
  }

  readonly #abort = () => {
    this.#ended ??= 'it was called off';
    this.#giveUp(this.#ended);
  };

  async #send(request: RestRequest, timeout: number): Promise<RestAnswer> {
    if (this.#ended !== undefined) throw this.#failed(this.#ended);
    const socket = await this.#connect();
    try {
      // Called off between two turns of the loop, or closed while it was dialled: nothing may be sent any more.
      if (this.#ended !== undefined) throw this.#failed(this.#ended);
      const answer = await this.#exchange(socket, request, timeout);
      if (answer.status !== 401 && answer.status !== 403) return answer;
      const { label } = this.#server;
      const what = answer.status === 401 ? 'the login that it is registered with' : `that this user does ${request.method}`;
      throw new DeviceError('denied', `${label} does not accept ${what} (HTTP ${answer.status} to ${request.path})`);
    } finally {
      socket.destroy();
    }
  }

  async #connect(): Promise<Socket> {
    const { label, hostname, port, tls, timeouts, signal } = this.#server;
    let socket: Socket;
    try {
      socket = await dial({ label, hostname, port, timeout: timeouts.connect, signal });
    } catch (error) {
      throw this.#failed(error instanceof Error ? error.message : String(error), error);
    }
    socket.on('error', () => {});
    return tls ? await this.#secure(socket) : socket;
  }

  /** Makes the connection a TLS one, to the server that was there when the address was first seen. */
  #secure(socket: Socket): Promise<TLSSocket> {
    const { label, hostname, port, timeouts } = this.#server;
    const address = `${hostname}:${port}`;
    return new Promise((resolve, reject) => {
      // The pin takes the place of an authority.
      const secure = tlsConnect({ socket, rejectUnauthorized: false, ...(isIP(hostname) === 0 ? { servername: hostname } : {}) });
      const finish = this.#once((error?: () => DeviceError) => {
        clearTimeout(timer);
        if (!error) return resolve(secure);
        secure.destroy();
        socket.destroy();
        reject(error());
      });
      const fail = (problem: string, cause?: unknown) => finish(() => this.#failed(`no TLS with ${address}: ${problem}`, cause));
      const timer = setTimeout(() => fail(`not ready in ${timeouts.login} ms`), timeouts.login);
      this.#giveUp = fail;
      secure.on('error', (error) => fail(error.message, error));
      secure.once('close', () => fail('the server closed the connection'));
      secure.once('secureConnect', () => {
        const certificate = secure.getPeerX509Certificate();
        if (!certificate) return fail('it shows no certificate');
        const shown = fingerprint(certificate.raw);
        try {
          if (this.#server.checkCertificate(address, shown)) return finish();
        } catch (error) {
          // Pins that cannot be read are no reason to trust a certificate.
          return fail(`its certificate cannot be checked: ${error instanceof Error ? error.message : String(error)}`, error);
        }
        this.#ended ??= 'its certificate is not the one that was pinned';
        finish(() => new DeviceError('denied', changedCertificate(label, address, shown)));
      });
    });
  }

  #exchange(socket: Socket, { method, path, body }: RestRequest, timeout: number): Promise<RestAnswer> {
    const { hostname, port, tls } = this.#server;
    return new Promise((resolve, reject) => {
      const request = httpRequest({
        createConnection: () => socket,
        host: hostname,
        port,
        defaultPort: tls ? 443 : 80,
        method,
        path,
        headers: {
          Authorization: this.#authorization,
          Accept: '*/*',
          ...(body === undefined ? {} : { 'Content-Length': Buffer.byteLength(body) }),
        },
      });
      const finish = this.#once((end: () => void) => {
        clearTimeout(timer);
        end();
      });
      const fail = (problem: string, cause?: unknown) =>
        finish(() => {
          request.destroy();
          reject(this.#failed(`${method} ${path}: ${problem}`, cause));
        });
      const timer = setTimeout(() => fail(`no whole answer in ${Math.round(timeout)} ms`), timeout);
      this.#giveUp = fail;
      request.on('error', (error) => fail(error.message, error));
      // An answer that leads to another protocol is no response to Node.
      const unanswered = () => fail('the connection ended without an answer');
      request.once('close', unanswered);
      request.once('response', (response) => {
        request.off('close', unanswered);
        const chunks: Buffer[] = [];
        let length = 0;
        response.on('data', (bytes: Buffer) => {
          length += bytes.length;
          if (length > answerLimit) fail(`it answered more than ${answerLimit} bytes`);
          else chunks.push(bytes);
        });
        response.on('error', (error) => fail(error.message, error));
        response.once('close', () => {
          if (!response.complete) return fail('the connection ended in the middle of the answer');
          finish(() => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }));
        });
      });
      request.end(body);
    });
  }

  /** An end that comes once: a connection goes on to report how it ended when nobody waits for it any more. */
  #once<Arguments extends unknown[]>(end: (...how: Arguments) => void): (...how: Arguments) => void {
    let over = false;
    return (...how) => {
      if (over) return;
      over = true;
      this.#giveUp = () => {};
      end(...how);
    };
  }

  /** Ends the conversation with an error: `unreachable` before the login, for that changed nothing, else `lost`. */
  #failed(problem: string, cause?: unknown): DeviceError {
    const { label } = this.#server;
    this.#ended ??= problem;
    const said = quote(problem, this.#secrets);
    const message = said.startsWith(`${label}:`) ? said : `${label}: ${said}`;
    return new DeviceError(this.#loggedIn ? 'lost' : 'unreachable', message, { cause });
  }
}

function changedCertificate(label: string, address: string, shown: string): string {
  return (
    `${label}: ${address} shows the certificate ${shown}, not the one that was pinned when it was first seen. ` +
    'Nothing was sent. If its certificate was made anew, compare the SHA-256 fingerprint at its console ' +
    'and remove the pinned key of this address from the agent; otherwise somebody may stand between.'
  );
}
