import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { TestContext } from 'vitest';

/** What a client of the predecessor sees of an answer. */
export interface PythonResponse {
  readonly status: number;
  /** By name in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly content: string;
}

/** An answer that goes on: its bytes one by one, as the predecessor's console command takes them. */
export interface PythonStream extends Omit<PythonResponse, 'content'> {
  readonly body: AsyncGenerator<string, void>;
}

interface Sending {
  /** A body, sent as it is. */
  readonly data?: string;
  readonly params?: Readonly<Record<string, string>>;
}

/** The most redirects that are followed. */
const MOST_REDIRECTS = 30;

/**
 * A `requests.Session` of Python 2: what it sends stands here byte for byte, over a connection that it keeps. A body that is text has no
 * Content-Type; a redirect by 307 is followed with method and body, without credentials where it leads to another host or port.
 */
export class PythonSession {
  readonly #auth: string | undefined;
  readonly #connections = new Map<string, Connection>();

  constructor(test: Pick<TestContext, 'onTestFinished'>, auth?: readonly [user: string, password: string]) {
    this.#auth = auth && `Basic ${Buffer.from(auth.join(':')).toString('base64')}`;
    test.onTestFinished(() => {
      for (const connection of this.#connections.values()) connection.close();
    });
  }

  async request(method: string, url: string, sending: Sending = {}): Promise<PythonResponse> {
    const { status, headers, body } = await this.stream(method, url, sending);
    let content = '';
    for await (const byte of body) content += byte;
    return { status, headers, content: Buffer.from(content, 'latin1').toString() };
  }

  /** As `request`, without reading the body. */
  async stream(method: string, url: string, { data, params }: Sending = {}): Promise<PythonStream> {
    let target = new Target(url, params);
    let auth = this.#auth;
    for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects += 1) {
      const connection = this.#connections.get(target.netloc) ?? new Connection(target);
      this.#connections.set(target.netloc, connection);
      const answer = await connection.ask(message(method, target, data, auth));
      const location = answer.headers.get('location');
      if (![307, 308].includes(answer.status) || location === undefined) return answer;
      for await (const _ of answer.body);
      const next = new Target(new URL(location, `http://${target.netloc}`).href);
      if (next.netloc !== target.netloc) auth = undefined;
      target = next;
    }
    throw new Error('TooManyRedirects');
  }
}

/** Where a request goes: scheme and host as they stand in the address, the rest encoded as `requests` does it. */
class Target {
  readonly netloc: string;
  readonly path: string;

  constructor(url: string, params: Readonly<Record<string, string>> = {}) {
    const [, netloc, path] = /^http:\/\/([^/]+)(\/.*)?$/.exec(url) ?? [];
    if (netloc === undefined) throw new Error(`no address: ${url}`);
    const query = new URLSearchParams(params).toString();
    this.netloc = netloc;
    this.path = requote(path ?? '/') + (query === '' ? '' : `?${query}`);
  }
}

/** Encodes what may not stand in an address, and decodes what need not be encoded. */
function requote(path: string): string {
  const unreserved = path.replace(/%([0-9a-fA-F]{2})/g, (whole, hex: string) => {
    const character = String.fromCharCode(Number.parseInt(hex, 16));
    return /[A-Za-z0-9._~-]/.test(character) ? character : whole;
  });
  return quote(unreserved, "!#$%&'()*+,/:;=?@[]~");
}

/** `urllib.quote` of Python 2. */
export function quote(text: string, safe = '/'): string {
  return [...Buffer.from(text)]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      return /[A-Za-z0-9_.-]/.test(character) || safe.includes(character)
        ? character
        : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');
}

/** `json.dumps` of Python 2. */
export function dumps(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(dumps).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    return `{${Object.entries(value)
      .map(([key, item]) => `${dumps(key)}: ${dumps(item)}`)
      .join(', ')}}`;
  }
  return JSON.stringify(value).replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function message(method: string, { netloc, path }: Target, data: string | undefined, auth: string | undefined): string {
  const length = data === undefined ? (method === 'GET' ? undefined : 0) : Buffer.byteLength(data);
  const lines = [
    `${method} ${path} HTTP/1.1`,
    `Host: ${netloc}`,
    'Connection: keep-alive',
    'Accept-Encoding: gzip, deflate',
    'Accept: */*',
    'User-Agent: python-requests/2.18.4',
    ...(length === undefined ? [] : [`Content-Length: ${length}`]),
    ...(auth === undefined ? [] : [`Authorization: ${auth}`]),
  ];
  return `${lines.join('\r\n')}\r\n\r\n${data ?? ''}`;
}

/** One connection that is used again and again; made anew when the server has closed it. */
class Connection {
  readonly #target: Target;
  #socket: Socket | undefined;
  #bytes: AsyncIterator<string> | undefined;

  constructor(target: Target) {
    this.#target = target;
  }

  async ask(text: string): Promise<PythonStream> {
    const bytes = this.#bytes && this.#socket?.readable ? this.#bytes : await this.#open();
    this.#socket?.write(text);
    const line = async () => {
      let read = '';
      while (!read.endsWith('\r\n')) read += await nextOf(bytes);
      return read.slice(0, -2);
    };
    const status = Number((await line()).split(' ')[1]);
    const headers = new Map<string, string>();
    for (let header = await line(); header !== ''; header = await line()) {
      const colon = header.indexOf(':');
      headers.set(header.slice(0, colon).toLowerCase(), header.slice(colon + 1).trim());
    }
    return { status, headers, body: bodyOf(headers, bytes, line) };
  }

  close(): void {
    this.#socket?.destroy();
  }

  async #open(): Promise<AsyncIterator<string>> {
    const [host, port] = this.#target.netloc.split(':');
    const socket = connect(Number(port ?? 80), host);
    await once(socket, 'connect');
    this.#socket = socket;
    this.#bytes = bytesOf(socket);
    return this.#bytes;
  }
}

async function* bytesOf(socket: Socket): AsyncGenerator<string, void> {
  for await (const part of socket.setEncoding('latin1')) yield* String(part);
}

async function nextOf(bytes: AsyncIterator<string>): Promise<string> {
  const { value, done } = await bytes.next();
  if (done) throw new Error('the connection ended in the middle of an answer');
  return value;
}

async function* bodyOf(
  headers: ReadonlyMap<string, string>,
  bytes: AsyncIterator<string>,
  line: () => Promise<string>,
): AsyncGenerator<string, void> {
  if (headers.get('transfer-encoding') !== 'chunked') {
    const length = headers.get('content-length');
    if (length === undefined) throw new Error('the answer does not tell how long it is');
    for (let left = Number(length); left > 0; left -= 1) yield nextOf(bytes);
    return;
  }
  for (let size = Number.parseInt(await line(), 16); size > 0; size = Number.parseInt(await line(), 16)) {
    for (; size > 0; size -= 1) yield nextOf(bytes);
    await line();
  }
  await line();
}
