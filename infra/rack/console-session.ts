import { setTimeout as delay } from 'node:timers/promises';
import type { Console, ConsoleShell } from './console.ts';
import { Cancelled, ConsoleAnswer } from './console-answer.ts';
import { readLine } from './line-editor.ts';
import { login } from './login-dialogue.ts';
import type { Misbehaviour } from './misbehaviour.ts';
import type { SimulatedDevice } from './simulated-device.ts';
import { type Terminal, TerminalClosed, withReturns } from './terminal.ts';

/** What a session has from the switch it is on. */
export interface SessionSetting<C, S extends ConsoleShell<C>> {
  readonly console: Console<C, S>;
  readonly device: SimulatedDevice<C>;
  readonly misbehaviour: Misbehaviour;
  readonly username: string;
  readonly password: string;
  /** Told each line typed at a prompt of the command line. */
  readonly onLine: (line: string) => void;
}

/** Runs one session from login to logout. Resolves when it is over, for whatever reason. */
export async function runSession<C, S extends ConsoleShell<C>>(terminal: Terminal, setting: SessionSetting<C, S>): Promise<void> {
  try {
    const username = await admitted(terminal, setting);
    if (username !== null) await new Session(terminal, setting, username).run();
  } catch (error) {
    const isOver = error instanceof TerminalClosed || terminal.closed.aborted;
    if (!isOver) throw error;
  } finally {
    terminal.hangUp();
  }
}

/** Who has logged in; null for nobody. */
async function admitted<C, S extends ConsoleShell<C>>(
  terminal: Terminal,
  { console, device, username, password }: SessionSetting<C, S>,
): Promise<string | null> {
  // Over SSH the protocol has asked already, unless it leaves that to the shell.
  if (terminal.transport === 'ssh' && console.sshLogin === 'protocol') return username;
  return login(terminal, console.login, device.hostname, (name, secret) => name === username && secret === password);
}

class Session<C, S extends ConsoleShell<C>> {
  readonly #terminal: Terminal;
  readonly #setting: SessionSetting<C, S>;
  readonly #shell: S;
  /** Rejects at the end of the connection, and never settles before. */
  readonly #gone: Promise<never>;

  constructor(terminal: Terminal, setting: SessionSetting<C, S>, username: string) {
    this.#terminal = terminal;
    this.#setting = setting;
    this.#shell = setting.console.openShell(setting.device, username);
    this.#gone = new Promise((_, reject) => {
      terminal.closed.addEventListener('abort', () => reject(new TerminalClosed()));
    });
    this.#gone.catch(() => {});
  }

  async run(): Promise<void> {
    try {
      await this.#read();
    } finally {
      this.#shell.ended();
    }
  }

  async #read(): Promise<void> {
    const { console, misbehaviour, onLine } = this.#setting;
    const { loginDelay } = misbehaviour.faults;
    if (loginDelay) await this.#pause(loginDelay);
    this.#terminal.write(withReturns(console.banner(this.#shell, this.#terminal.type)));
    this.#terminal.write(this.#prompt(null));
    while (!this.#shell.loggedOut) {
      const { lineEnd } = console;
      const typed = await readLine(this.#terminal, {
        prompt: this.#shell.prompt,
        width: this.#columns,
        echo: 'plain',
        lineEnd,
      });
      const line = typed.end === 'entered' ? typed.text : typed.end === 'control-z' ? console.controlZ : null;
      if (line === null) this.#terminal.write(this.#prompt(null));
      else {
        onLine(line);
        await this.#answer(line);
      }
    }
  }

  /** Raw. Nothing more is asked of somebody who has logged out. */
  #prompt(line: string | null): string {
    const shell = this.#shell;
    return shell.loggedOut ? '' : this.#setting.console.promptLead(shell, line) + shell.prompt;
  }

  get #columns(): number {
    const { console, misbehaviour } = this.#setting;
    const columns = this.#shell.width ?? misbehaviour.faults.width ?? this.#terminal.columns ?? console.terminal.columns;
    return Math.min(console.terminal.widest, columns);
  }

  get #rows(): number {
    const { console, misbehaviour } = this.#setting;
    return this.#shell.length ?? misbehaviour.faults.rows ?? this.#terminal.rows ?? console.terminal.rows;
  }

  /** Answers one line and shows the next prompt, as far as the faults let it. */
  async #answer(line: string): Promise<void> {
    const { console, misbehaviour } = this.#setting;
    const shell = this.#shell;
    const { lineDelay } = misbehaviour.faults;
    if (lineDelay) await this.#pause(lineDelay);
    if (misbehaviour.hits('hang', line)) return this.#gone;
    const answer = new ConsoleAnswer(this.#terminal, line, {
      misbehaviour,
      pager: console.pager,
      lineEnd: console.lineEnd,
      rows: this.#rows,
      columns: this.#columns,
      logLine: () => `${console.logLine(shell)}\r\n`,
      save: () => shell.save(),
      gone: this.#gone,
    });
    shell.lying = misbehaviour.hits('lie', line);
    try {
      await this.#carryOut(line, answer);
    } catch (error) {
      if (!(error instanceof Cancelled)) throw error;
    } finally {
      shell.lying = false;
    }
    await answer.end(this.#prompt(line));
  }

  async #carryOut(line: string, answer: ConsoleAnswer): Promise<void> {
    const { console, misbehaviour } = this.#setting;
    const shell = this.#shell;
    const refused = misbehaviour.hits('refuse', line);
    const meaning = refused ? { at: 0, message: console.invalid } : console.understand(shell, line);
    if (meaning === 'blank') return;
    if (typeof meaning !== 'function') return answer.page(console.refusal(shell, meaning, line));
    const output = meaning();
    if (typeof output === 'string') await answer.page(output);
    else await output(answer);
  }

  async #pause(milliseconds: number): Promise<void> {
    await delay(milliseconds, undefined, { signal: this.#terminal.closed });
  }
}
