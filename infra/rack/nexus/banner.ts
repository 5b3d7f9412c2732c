import type { LoginDialogue } from '../login-dialogue.ts';

/** How NX-OS asks who is there. The host name stands before the word, so `login:` is not at the start of the line. */
export const login: LoginDialogue = {
  title: 'User Access Verification',
  user: (hostname) => `${hostname} login: `,
  password: 'Password: ',
  tries: 3,
  failure: '\nLogin incorrect\n\n',
};

const COPYRIGHT = [
  'Cisco Nexus Operating System (NX-OS) Software',
  'TAC support: http://www.cisco.com/tac',
  'Copyright (c) 2002-2019, Cisco Systems, Inc. All rights reserved.',
  // The real banner goes on for a screen; the number sign and URL are what makes it hard to tell from a prompt.
  'Simulated: see #nexus at http://www.gnu.org/licenses/gpl.html',
];

/** What is printed between the password and the first prompt. NX-OS knows few terminal types and complains about the others. */
export function banner(terminalType: string): string {
  const complaint = terminalType === 'vt100' ? [] : [`Bad terminal type: "${terminalType}". Will assume vt100.`];
  return ['', ...complaint, ...COPYRIGHT, ''].join('\n');
}
