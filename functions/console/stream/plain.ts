import { type ConsoleEvent, endings } from './view.ts';

/** A line of our own within the output of a console. Whatever it quotes does nothing to a terminal. */
export function notice(sentence: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`\r\n[HaaS: ${sentence.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')}]\r\n`);
}

/** How it stands with a console, for people. */
function stateNotice(state: 'opening' | 'open' | 'down', problem: string | null): string {
  switch (state) {
    case 'opening':
      return 'the console is being opened';
    case 'open':
      return 'the console is connected';
    case 'down':
      return `the console is not connected: ${problem ?? 'no reason is known'}`;
  }
}

/**
 * What a viewer sees as one stream of bytes. Viewers who read the same pieces of a log get the same bytes: so how the console stands is
 * told only before the first output that is new, to those who would look at silence.
 */
export class PlainView {
  #isNew = false;
  #state: 'opening' | 'open' | 'down' = 'open';
  #problem: string | null = null;
  #hasOutput = false;

  /** An event as bytes; none where it is nothing for this viewer. */
  bytes(event: ConsoleEvent): Uint8Array<ArrayBuffer> {
    switch (event.type) {
      case 'output':
        this.#hasOutput ||= this.#isNew;
        return event.data;
      case 'gap':
        this.#hasOutput ||= this.#isNew;
        return notice(event.message);
      case 'status':
        return this.#status(event.state, event.problem);
      case 'end': {
        const message = endings[event.why];
        return message === null ? event.data : Buffer.concat([event.data, notice(message)]);
      }
    }
  }

  #status(state: 'opening' | 'open' | 'down', problem: string | null): Uint8Array<ArrayBuffer> {
    this.#isNew = true;
    if (this.#hasOutput || (state === this.#state && problem === this.#problem)) return new Uint8Array();
    [this.#state, this.#problem] = [state, problem];
    return notice(stateNotice(state, problem));
  }
}

/** What a viewer sees as one stream of bytes. */
export async function* plainBytes(events: AsyncIterable<ConsoleEvent>): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
  const view = new PlainView();
  for await (const event of events) {
    const bytes = view.bytes(event);
    if (bytes.length > 0) yield bytes;
  }
}
