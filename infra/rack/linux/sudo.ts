import type { CommandResult } from '../command-service.ts';

/** A command, and whether it runs as root. */
export interface Privileged {
  readonly root: boolean;
  readonly words: readonly string[];
}

/**
 * Takes `sudo` off a command. Where sudo wants a password the command does not run: without a terminal there is nobody to ask
 * (sudo(8)).
 */
export function takeSudo(words: readonly string[], wantsPassword: boolean): Privileged | CommandResult {
  if (words[0] !== 'sudo') return { root: false, words };
  const quiet = words[1] === '-n';
  const rest = words.slice(quiet ? 2 : 1);
  if (!wantsPassword) return { root: true, words: rest };
  const how = 'either use the -S option to read from standard input or configure an askpass helper';
  const noTerminal = `sudo: a terminal is required to read the password; ${how}\n`;
  return { stdout: '', stderr: `${quiet ? '' : noTerminal}sudo: a password is required\n`, code: 1 };
}
