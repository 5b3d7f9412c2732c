import { setTimeout as delay } from 'node:timers/promises';
import { type Rule, understand } from './command-grammar.ts';
import { readLine } from './line-editor.ts';
import type { Action } from './nexus-cli.ts';
import type { NexusDevice } from './nexus-device.ts';
import { banner, login } from './nexus-login.ts';
import { type Arguments, WORDING } from './nexus-parameters.ts';
import { type Mode, Shell } from './nexus-shell.ts';
import { logTime } from './nexus-time.ts';
import { writePaged } from './pager.ts';
import type { SwitchFaults } from './simulated-switch.ts';
import { type Terminal, TerminalClosed } from './terminal.ts';

const COLUMNS = 80;
const ROWS = 24;

/** Longest terminal NX-OS knows, in columns. */
const WIDEST = 511;

const PROGRESS_WIDTH = 40;

/** Bytes a serial line with the wrong speed might show; 0xFF and an unfinished escape sequence are among them. */
const GARBLE = '\x80\xfe\xff\x00\x9b\x1b[\x07\xc3\x28\xa0\xa1\xf0\x90\x8d\xff\xfe';

const NOTHING: Arguments = { interfaces: [], vlans: [], text: '', number: 0 };

/** What a session has from the switch it is on. */
export interface SessionSetting {
  readonly device: NexusDevice;
  readonly commands: Record<Mode['kind'], readonly Rule<Arguments, Action>[]>;
  readonly faults: SwitchFaults;
  readonly username: string;
  readonly password: string;
  /** Told each line typed at a prompt of the command line. */
  readonly onLine: (line: string) => void;
}

/** Runs one session from login to logout. Resolves when it is over, for whatever reason. */
export async function runSession(terminal: Terminal, setting: SessionSetting): Promise<void> {
  try {
    await new Session(terminal, setting).run();
  } catch (error) {
    const gone = error instanceof TerminalClosed || terminal.closed.aborted;
    if (!gone) throw error;
  } finally {
    terminal.hangUp();
  }
}

class Session {
  readonly #terminal: Terminal;
  readonly #setting: SessionSetting;
  readonly #shell: Shell;
  /** Rejects at the end of the connection, and never settles before. */
  readonly #gone: Promise<never>;

  constructor(terminal: Terminal, setting: SessionSetting) {
    this.#terminal = terminal;
    this.#setting = setting;
    this.#gone = new Promise((_, reject) => {
      terminal.closed.addEventListener('abort', () => reject(new TerminalClosed()));
    });
    this.#gone.catch(() => {});
    this.#shell = new Shell(setting.device, setting.username);
  }

  async run(): Promise<void> {
    const { device, username, password, faults } = this.#setting;
    // Over SSH the protocol has asked already.
    const admitted =
      this.#terminal.transport === 'ssh' ||
      (await login(this.#terminal, device.hostname, (name, secret) => name === username && secret === password));
    if (!admitted) return;
    if (faults.loginDelay) await this.#pause(faults.loginDelay);
    this.#terminal.write(banner(this.#terminal.type));
    let prompt = `\r${this.#shell.prompt}`;
    while (!this.#shell.loggedOut) {
      const typed = await readLine(this.#terminal, { prompt, width: this.#columns, echo: true, lineEnd: '\r\r\n' });
      prompt = `\r${this.#shell.prompt}`;
      if (typed.end === 'cancelled') continue;
      const line = typed.end === 'entered' ? typed.text : 'end';
      this.#setting.onLine(line);
      const late = await this.#answer(line);
      prompt = `\r${this.#shell.prompt}${late}`;
    }
  }

  get #columns(): number {
    return Math.min(WIDEST, this.#shell.width ?? this.#setting.faults.width ?? this.#terminal.columns ?? COLUMNS);
  }

  get #rows(): number {
    return this.#shell.length ?? this.#terminal.rows ?? ROWS;
  }

  /** Answers one line, as far as the faults let it. Returns what arrives right after the next prompt. */
  async #answer(line: string): Promise<string> {
    const { faults } = this.#setting;
    const hit = (pattern: RegExp | undefined) => pattern !== undefined && line.search(pattern) >= 0;
    if (faults.lineDelay) await this.#pause(faults.lineDelay);
    if (hit(faults.hang)) return this.#gone;
    if (hit(faults.refuse)) {
      this.#terminal.write(this.#refusal(0, WORDING.invalid).replaceAll('\n', '\r\n'));
      return '';
    }

    const whole = hit(faults.garble) || hit(faults.drop) || hit(faults.log);
    let answer = '';
    const print = (text: string) => {
      if (whole) answer += text;
      else this.#terminal.write(text);
    };
    const page = async (text: string) => {
      if (whole) answer += text.replaceAll('\n', '\r\n');
      else await writePaged(this.#terminal, text, { rows: this.#rows, columns: this.#columns });
    };
    await this.#carryOut(line, hit(faults.lie), print, page);

    if (hit(faults.drop)) {
      const rest = `${answer}\r${this.#shell.prompt}`;
      this.#terminal.write(rest.slice(0, Math.floor(rest.length / 2)));
      this.#terminal.breakOff();
      return this.#gone;
    }
    if (hit(faults.garble)) answer = `${GARBLE}\r\n`;
    const log = hit(faults.log) ? this.#logLine() : '';
    if (log !== '' && answer !== '') answer = intoTheMiddle(answer, log);
    if (answer !== '') this.#terminal.write(answer);
    // A command that prints nothing is answered by its prompt alone, and the log line comes behind that: no prompt follows it.
    return answer === '' ? log : '';
  }

  async #carryOut(
    line: string,
    lying: boolean,
    print: (text: string) => void,
    page: (text: string) => Promise<void>,
  ): Promise<void> {
    const shell = this.#shell;
    const meaning = understand(line, this.#setting.commands[shell.mode.kind], WORDING);
    if (meaning === 'blank') return;
    if ('message' in meaning) return page(this.#refusal(meaning.at, meaning.message));
    shell.lying = lying;
    const output = meaning.run(shell, { ...NOTHING, ...meaning.set });
    shell.lying = false;
    if (output === 'save') await this.#save(lying, print);
    else await page(output);
  }

  async #save(lying: boolean, print: (text: string) => void): Promise<void> {
    const { device } = this.#setting;
    const saved = lying ? this.#pause(device.saveDelay) : device.save();
    if (saved === null) return print('Configuration update aborted: another copy is in progress\r\n');
    for (const percent of [2, 35, 71, 100]) {
      const done = '#'.repeat(Math.round((percent / 100) * PROGRESS_WIDTH)).padEnd(PROGRESS_WIDTH);
      print(`${percent > 2 ? '\r' : ''}[${done}] ${String(percent).padStart(3)}%`);
    }
    // The configuration is not safe yet: only the prompt says so.
    print('\r\nCopy complete, now saving to disk (please wait)...\r\n');
    await Promise.race([saved, this.#gone]);
  }

  #refusal(at: number, message: string): string {
    return `${' '.repeat(this.#shell.prompt.length + at)}^\n${message}\n`;
  }

  #logLine(): string {
    const { hostname, ports } = this.#setting.device;
    const { mode, configuration } = this.#shell;
    const name = (mode.kind === 'interface' ? mode.interfaces[0] : undefined) ?? ports[0] ?? 'Ethernet1/1';
    const state = configuration.ports[name]?.mode ?? 'access';
    return `${logTime(new Date())} ${hostname} %ETHPORT-5-IF_UP: Interface ${name} is up in mode ${state}\r\n`;
  }

  async #pause(milliseconds: number): Promise<void> {
    await delay(milliseconds, undefined, { signal: this.#terminal.closed });
  }
}

/** Puts a log line between two lines of an answer. */
function intoTheMiddle(answer: string, log: string): string {
  const lines = answer.split(/(?<=\n)/);
  const middle = Math.ceil(lines.length / 2);
  return [...lines.slice(0, middle), log, ...lines.slice(middle)].join('');
}
