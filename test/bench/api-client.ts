import { Agent, request } from 'node:http';

/** An HTTP answer; `body` is parsed JSON, or null when empty. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** A client of one API host whose connections are kept alive. */
export class ApiClient {
  readonly #base: string;
  readonly #authorization: string;
  readonly #agent: Agent;

  constructor(base: string, authorization: string, connections: number) {
    this.#base = base;
    this.#authorization = authorization;
    this.#agent = new Agent({ keepAlive: true, maxSockets: connections, noDelay: true });
  }

  /** Sends one request below /v0. Throws unless it succeeds. */
  async call(method: string, path: string, body?: unknown): Promise<Answer> {
    const answer = await this.#send(method, path, body === undefined ? undefined : JSON.stringify(body));
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer;
  }

  /** Ends the connections. */
  close(): void {
    this.#agent.destroy();
  }

  #send(method: string, path: string, body: string | undefined): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const headers = {
        authorization: this.#authorization,
        ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }),
      };
      const sent = request(`${this.#base}/v0${path}`, { method, headers, agent: this.#agent }, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('error', reject);
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, body: text === '' ? null : (JSON.parse(text) ?? null) }),
        );
      });
      sent.on('error', reject);
      sent.end(body);
    });
  }
}
