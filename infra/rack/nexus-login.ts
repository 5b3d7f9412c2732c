import { readLine } from './line-editor.ts';
import type { Terminal } from './terminal.ts';

/** The line above every login. */
export const LOGIN_TITLE = 'User Access Verification';

const ATTEMPTS = 3;

const COPYRIGHT = [
  'Cisco Nexus Operating System (NX-OS) Software',
  'TAC support: http://www.cisco.com/tac',
  'Copyright (c) 2002-2019, Cisco Systems, Inc. All rights reserved.',
  // The real banner goes on for a screen; the number sign and URL are what makes it hard to tell from a prompt.
  'Simulated: see #nexus at http://www.gnu.org/licenses/gpl.html',
];

/** Asks for user name and password as telnet does, again after a wrong one. False after three of those. Rejects with TerminalClosed. */
export async function login(
  terminal: Terminal,
  hostname: string,
  isRight: (username: string, password: string) => boolean,
): Promise<boolean> {
  terminal.write(`${LOGIN_TITLE}\r\n`);
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    // The host name stands before the word, so `login:` is not at the start of the line.
    const username = await ask(terminal, `${hostname} login: `, true);
    if (username === '') continue;
    const password = await ask(terminal, 'Password: ', false);
    if (isRight(username, password)) return true;
    terminal.write('\r\nLogin incorrect\r\n\r\n');
  }
  return false;
}

async function ask(terminal: Terminal, prompt: string, echo: boolean): Promise<string> {
  const typed = await readLine(terminal, { prompt, echo, width: 80, lineEnd: '\r\n' });
  return typed.end === 'entered' ? typed.text : '';
}

/** What is printed between the password and the first prompt. NX-OS knows few terminal types and complains about the others. */
export function banner(terminalType: string): string {
  const complaint = terminalType === 'vt100' ? [] : [`Bad terminal type: "${terminalType}". Will assume vt100.`];
  return ['', ...complaint, ...COPYRIGHT, ''].join('\r\n');
}
