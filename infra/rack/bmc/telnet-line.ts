const BREAK = 243;
const SUBNEGOTIATION = 250;
const SUBNEGOTIATION_END = 240;
const WILL = 251;
const IAC = 255;

/** What comes in by a serial line. */
export type SerialEvent = { readonly kind: 'data'; readonly data: Buffer } | { readonly kind: 'break' };

type State = 'data' | 'command' | 'option' | 'subnegotiation' | 'subnegotiation command';

/** A serial line within telnet: data is as it is, but for 0xFF, which is doubled, so that a break can be told from data (RFC 854). */
export class TelnetLine {
  #state: State = 'data';

  /** Data as it is sent. */
  static encode(data: Buffer): Buffer {
    return data.includes(IAC) ? Buffer.from([...data].flatMap((byte) => (byte === IAC ? [IAC, IAC] : [byte]))) : data;
  }

  /** What the next bytes received mean, in order. The negotiation of options means nothing: a line is the same with and without. */
  decode(bytes: Buffer): SerialEvent[] {
    const events: SerialEvent[] = [];
    let data: number[] = [];
    const flush = () => {
      if (data.length > 0) events.push({ kind: 'data', data: Buffer.from(data) });
      data = [];
    };
    for (const byte of bytes) {
      const state = this.#state;
      this.#state = this.#next(byte);
      if (this.#state === 'data' && (state === 'data' || (state === 'command' && byte === IAC))) data.push(byte);
      if (state === 'command' && byte === BREAK) {
        flush();
        events.push({ kind: 'break' });
      }
    }
    flush();
    return events;
  }

  #next(byte: number): State {
    switch (this.#state) {
      case 'data':
        return byte === IAC ? 'command' : 'data';
      case 'command':
        if (byte === SUBNEGOTIATION) return 'subnegotiation';
        return byte >= WILL && byte < IAC ? 'option' : 'data';
      case 'option':
        return 'data';
      case 'subnegotiation':
        return byte === IAC ? 'subnegotiation command' : 'subnegotiation';
      case 'subnegotiation command':
        return byte === SUBNEGOTIATION_END ? 'data' : 'subnegotiation';
    }
  }
}
