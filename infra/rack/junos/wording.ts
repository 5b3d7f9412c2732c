import type { Refusal, Wording } from '../command-grammar.ts';
import { refusalAtCaret } from '../console.ts';
import type { Shell } from './shell.ts';

/** How the CLI refuses lines that are no commands; the caret stands under the word. */
export const WORDING: Wording = {
  invalid: 'syntax error, expecting <command>.',
  incomplete: 'syntax error, expecting <command>.',
  ambiguous: 'is ambiguous.',
};

/** What is printed for a refused line. A first word that is no command is told apart, and the Unix shell has a wording of its own. */
export function refusal(shell: Shell, refused: Refusal, line: string): string {
  if (shell.mode.kind === 'unix') return `${/\S+/.exec(line)?.[0] ?? ''}: Command not found.\n`;
  const first = line.length - line.trimStart().length;
  const { at, message } = refused;
  if (message === WORDING.ambiguous)
    return refusalAtCaret(shell, { at, message: `'${line.slice(at).split(/\s/)[0]}' ${message}` });
  return refusalAtCaret(shell, { at, message: message === WORDING.invalid && at <= first ? 'unknown command.' : message });
}

/** What is printed for something wrong in the rest of a line, which only the command found. */
export function refuse(shell: { readonly prompt: string }, { at }: { readonly at: number }, problem: Refusal): string {
  return refusalAtCaret(shell, { ...problem, at: at + problem.at });
}
