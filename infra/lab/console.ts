import { z } from 'zod';
import type { Client } from './client.ts';
import { LabError } from './lab-error.ts';
import { lastLines, until } from './wait.ts';

const consoleState = z.object({ state: z.string(), problem: z.string().nullable() });

/** Watches a serial console as a user does, and types into it. */
export class Console {
  readonly #client: Client;
  readonly #path: string;
  readonly #leaving = new AbortController();
  #shown = '';
  /** Up to where what was shown has been used for something. */
  #seen = 0;
  #ended: string | undefined;

  private constructor(client: Client, path: string) {
    this.#client = client;
    this.#path = path;
  }

  /** Opens the console of `/node/<node>` or `/headnode/<headnode>`, waits until the agent holds it, and watches from then on. Throws LabError. */
  static async open(client: Client, owner: string): Promise<Console> {
    const path = `${owner}/console`;
    await client.call('PUT', path);
    await until(
      `the console of ${owner} is open`,
      async () => consoleState.parse(await client.call('GET', `${path}/state`)).state === 'open',
      { limit: 30_000, tail: async () => JSON.stringify(await client.call('GET', `${path}/state`)) },
    );
    const opened = new Console(client, path);
    await opened.#watch();
    return opened;
  }

  /** The end of what it has shown. */
  tail(): string {
    return `the console ${this.#path} showed:\n${lastLines(this.#shown)}`;
  }

  /**
   * Waits until it shows something that nothing before has waited for, and answers the match. Throws LabError, with what it showed
   * instead, after `limit` milliseconds.
   */
  async shows(pattern: RegExp, what: string, limit: number): Promise<RegExpExecArray> {
    const found = await until(
      what,
      () => {
        if (this.#ended !== undefined) throw new LabError(`the console ${this.#path} was closed: ${this.#ended}\n${this.tail()}`);
        return pattern.exec(this.#shown.slice(this.#seen));
      },
      { limit, every: 20, tail: () => this.tail() },
    );
    this.#seen += found.index + found[0].length;
    return found;
  }

  /** Types a line, and answers what is printed behind it up to the next prompt. */
  async enter(line: string, prompt: RegExp, limit = 20_000): Promise<string> {
    this.#seen = this.#shown.length;
    await this.type(line);
    const answer = await this.shows(new RegExp(`([^]*?)${prompt.source}`), `"${line}" is answered`, limit);
    // The echo of what was typed says nothing.
    return (answer[1] ?? '').replace(/^[^\n]*\n/, '').replaceAll('\r', '');
  }

  /** Types a line, Enter included. */
  async type(line: string): Promise<void> {
    await this.#client.call('POST', `${this.#path}/input`, { data: `${line}\r` });
  }

  /** Watches no longer. */
  leave(): void {
    this.#leaving.abort();
  }

  async #watch(): Promise<void> {
    const response = await this.#client.fetch('GET', `${this.#path}?tail=1000`, undefined, this.#leaving.signal);
    if (!response.ok || !response.body)
      throw new LabError(`GET ${this.#path} was answered ${response.status}: ${await response.text()}`);
    const { body } = response;
    const read = async () => {
      const decoder = new TextDecoder();
      for await (const bytes of body) this.#shown += decoder.decode(bytes, { stream: true });
      return 'there is nothing more to see';
    };
    read()
      .catch((error: unknown) => String(error))
      .then((why) => {
        this.#ended = why;
      });
  }
}
