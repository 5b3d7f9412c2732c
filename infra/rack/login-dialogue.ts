import { readLine } from './line-editor.ts';
import { type Terminal, withReturns } from './terminal.ts';

/** How a family of switches asks for user name and password on a terminal. Lines end in `\n`. */
export interface LoginDialogue {
  /** The line above the questions, without its end; empty for none. Over SSH it stands above keyboard-interactive questions. */
  readonly title: string;
  /** The question for the user name. */
  user(hostname: string): string;
  /** The question for the password. */
  readonly password: string;
  /** Whether a star is shown for each character of the password. */
  readonly stars?: boolean;
  /** Tries until the switch hangs up; an empty user name is one. */
  readonly tries: number;
  /** Printed after a wrong password. */
  readonly failure: string;
}

/** Asks for user name and password, again after a wrong one. The user name, or null when the tries are used up. Rejects with TerminalClosed. */
export async function login(
  terminal: Terminal,
  dialogue: LoginDialogue,
  hostname: string,
  isRight: (username: string, password: string) => boolean,
): Promise<string | null> {
  if (dialogue.title !== '') terminal.write(`${dialogue.title}\r\n`);
  for (let attempt = 0; attempt < dialogue.tries; attempt += 1) {
    const username = await ask(terminal, dialogue.user(hostname), 'plain');
    if (username === '') continue;
    const password = await ask(terminal, dialogue.password, dialogue.stars ? 'stars' : 'nothing');
    if (isRight(username, password)) return username;
    terminal.write(withReturns(dialogue.failure));
  }
  return null;
}

async function ask(terminal: Terminal, question: string, echo: 'plain' | 'stars' | 'nothing'): Promise<string> {
  const prompt = withReturns(question);
  terminal.write(prompt);
  const typed = await readLine(terminal, { prompt, echo, width: 80, lineEnd: '\r\n' });
  return typed.end === 'entered' ? typed.text : '';
}
