/** Ways in which a simulated switch misbehaves; tests and people switch them on while it runs. Regular expressions match one typed line. */
export interface SwitchFaults {
  /** Answers matching lines with the family's refusal, and changes nothing. */
  refuse?: RegExp;
  /** Takes matching lines without complaint, and changes nothing. */
  lie?: RegExp;
  /** Answers matching lines with bytes that mean nothing instead of the real output. */
  garble?: RegExp;
  /** Carries out matching lines, then closes the connection in the middle of its answer. */
  drop?: RegExp;
  /** Never answers matching lines, and does not carry them out. */
  hang?: RegExp;
  /** Puts an asynchronous log line into the middle of the answer to matching lines. */
  log?: RegExp;
  /** Milliseconds to wait before answering each line. */
  lineDelay?: number;
  /** Milliseconds from the password to the first prompt. */
  loginDelay?: number;
  /** Sessions at a time; one more is turned away as the real switch does. */
  maxSessions?: number;
  /** Treats the terminal as this many lines high until told otherwise, whatever the client negotiates. */
  rows?: number;
  /** Treats the terminal as this many columns wide until told otherwise, whatever the client negotiates. */
  width?: number;
  /**
   * Sees every answer as it would be sent and says what is sent instead, and whether the connection ends right behind it.
   * On a console an answer is all between the echo of a line (or the reply to a question) and the next thing typed: output
   * unpaged, then the prompt or the question. Of a command it is the standard output, of an HTTP request the body.
   * `index` counts the answers of the switch since its start.
   */
  answer?: (line: string, answer: string, index: number) => string | { readonly text: string; readonly hangUp: true };
}

/** What a simulated switch listens for. */
export type Service = 'telnet' | 'ssh' | 'http' | 'https';

/** A port of a simulated switch as the hardware behaves: `vlans` pass, `native` is where untagged frames land (null: dropped). */
export interface SimulatedPort {
  readonly enabled: boolean;
  readonly native: number | null;
  readonly tagged: readonly number[];
}

/** A protocol-level simulator of one switch, on real sockets of the loopback interface. */
export interface SimulatedSwitch {
  readonly type: string;
  /** Changed in place while it runs. */
  readonly faults: SwitchFaults;
  /** Every line typed at a prompt since the start, every command and every HTTP request (`METHOD path body`), in order; replies to questions and passwords excepted. */
  readonly typed: readonly string[];
  /** Sessions open now, those not yet logged in included. */
  readonly sessions: number;
  /** Sessions ever accepted. */
  readonly sessionsEver: number;
  /** The TCP port of the loopback interface where it listens. Throws for a service it does not have. */
  tcpPort(service: Service): number;
  /** What frames of this port would meet, by the canonical port name. Throws for a port that is not there. */
  port(name: string): SimulatedPort;
  /** VLANs that exist in the running configuration, ascending. */
  vlans(): number[];
  /** Whether the running configuration differs from the startup configuration. */
  unsaved(): boolean;
  /** Ends every session, and lets new ones in. */
  endSessions(): Promise<void>;
  /** Ends every session and starts again from the startup configuration, forgetting what was not saved. */
  reboot(): Promise<void>;
  /** Stops listening and ends every session. */
  close(): Promise<void>;
}
