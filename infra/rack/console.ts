import { type Refusal, type Rule, understand, type Wording } from './command-grammar.ts';
import { DeviceSession } from './device-session.ts';
import type { LoginDialogue } from './login-dialogue.ts';
import type { Pager } from './pager.ts';
import type { SimulatedDevice } from './simulated-device.ts';

/** What the commands of one console session work on: where it stands, and how its terminal is set. Each family adds its modes. */
export abstract class ConsoleShell<C> extends DeviceSession<C> {
  /** Terminal length set in this session, in lines, 0 for no paging; null as negotiated. */
  length: number | null = null;
  /** Terminal width set in this session, in columns, Infinity for no end; null as negotiated. */
  width: number | null = null;
  /** Set by the command that ends the session. */
  loggedOut = false;

  /** The line of the prompt as it is seen. */
  abstract get prompt(): string;

  /** Told once that the session is over, for whatever reason: locks are given back here. */
  ended(): void {}
}

/** How a question is answered: a line unless `key` says a single keystroke, shown unless `echo` says otherwise. */
export interface Asking {
  readonly key?: boolean;
  readonly echo?: 'plain' | 'stars' | 'nothing';
}

/** The terminal as a command has it that talks to the user. Lines of text end in `\n`. */
export interface Talk {
  /** Prints at once and unpaged. */
  print(text: string): void;
  /** Asks, and waits for the reply: the line without its end, or the key (`\n` for Enter). Ctrl-C on a line ends the conversation. */
  ask(question: string, how?: Asking): Promise<string>;
  /** Waits; ends the conversation when the connection ends. */
  pause(milliseconds: number): Promise<void>;
  /** Saves the running configuration; resolves once it is on disk. Null if somebody else is saving. */
  save(): Promise<void> | null;
}

/** A command that prints over time or asks something. The prompt comes when it is over. */
export type Conversation = (talk: Talk) => Promise<void>;

/** What a command does: changes the shell or the switch, and returns what it prints (lines ending `\n`, paged), or a conversation. */
export type Action<S, A> = (shell: S, given: A) => string | Conversation;

/** What a line means to a console: nothing, a refusal, or something to do. */
export type Interpretation = 'blank' | Refusal | (() => string | Conversation);

/** How the command line of a family of switches looks and behaves: data and pure functions. Lines of text end in `\n` unless it says "raw". */
export interface Console<C, S extends ConsoleShell<C>> {
  readonly login: LoginDialogue;
  /** Who asks for user name and password over SSH: the protocol, or, as RADLAN does, the shell behind authentication `none`. */
  readonly sshLogin: 'protocol' | 'shell';
  openShell(device: SimulatedDevice<C>, username: string): S;
  /** Printed between the login and the first prompt. */
  banner(shell: S, terminalType: string): string;
  /** Raw: printed before the prompt, after the line typed last (null before the first prompt). */
  promptLead(shell: S, line: string | null): string;
  /** Raw: what the echo of a line ends with. */
  readonly lineEnd: string;
  /** What a line means here and now. `understandByMode` makes this of rules. */
  understand(shell: S, line: string): Interpretation;
  /** What is printed for a refused line. */
  refusal(shell: S, refusal: Refusal, line: string): string;
  /** The message of a line that is no command; given to `refusal`. */
  readonly invalid: string;
  readonly pager: Pager;
  /** Size of a terminal of which nothing is known, and the widest there is. */
  readonly terminal: { readonly columns: number; readonly rows: number; readonly widest: number };
  /** A line of the log about a port coming up, without its end. */
  logLine(shell: S): string;
  /** The line for which Ctrl-Z stands; null where it means nothing. */
  readonly controlZ: string | null;
}

/** Reads lines by the rules of the mode a shell stands in. `nothing` are the arguments of a line that names none. */
export function understandByMode<K extends string, A, S extends { readonly mode: { readonly kind: K } }>(
  rules: Readonly<Record<K, readonly Rule<A, Action<S, A>>[]>>,
  wording: Wording,
  nothing: A,
): (shell: S, line: string) => Interpretation {
  return (shell, line) => {
    const meaning = understand(line, rules[shell.mode.kind], wording);
    if (meaning === 'blank' || 'message' in meaning) return meaning;
    return () => meaning.run(shell, { ...nothing, ...meaning.set });
  };
}

/** A refusal with a caret under the place where the line went wrong. */
export function refusalAtCaret(shell: { readonly prompt: string }, { at, message }: Refusal): string {
  return `${' '.repeat(shell.prompt.length + at)}^\n${message}\n`;
}

/** Acts without printing anything. */
export function silently<S, A>(act: (shell: S, given: A) => void): Action<S, A> {
  return (shell, given) => {
    act(shell, given);
    return '';
  };
}
