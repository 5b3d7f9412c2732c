import type { CommandResult } from '../command-service.ts';

/** A command with its words unquoted, and what must hold of the command before it. */
interface Step {
  readonly words: string[];
  readonly joint: ';' | '&&' | '||';
  /** `2>&1` */
  merged: boolean;
}

/** One token of a line: a joint, `2>&1`, or a word, which may be quoted in parts. */
const TOKEN = /\s*(?:(&&|\|\||;)|(2>&1)(?![^\s;&|])|((?:[\w@%+=:,./-]|\\.|'[^']*'|"[^"$`\\]*")+))/y;

/**
 * Runs what sshd hands to bash: simple commands, quoted or not, joined by `;`, `&&` and `||`, with `2>&1` at most. Everything else
 * that bash knows (pipes, variables, files) is a syntax error here, so that a test notices instead of believing an answer.
 */
export async function runCommandLine(
  line: string,
  run: (words: readonly string[]) => Promise<CommandResult> | CommandResult,
): Promise<CommandResult> {
  const steps = parse(line);
  if (steps === null) {
    return {
      stdout: '',
      stderr: `bash: -c: line 1: syntax error near unexpected token\nbash: -c: line 1: \`${line}'\n`,
      code: 2,
    };
  }
  const all = { stdout: '', stderr: '', code: 0 };
  for (const { words, joint, merged } of steps) {
    if ((joint === '&&' && all.code !== 0) || (joint === '||' && all.code === 0)) continue;
    const { stdout, stderr, code } = await run(words);
    all.stdout += merged ? stderr + stdout : stdout;
    all.stderr += merged ? '' : stderr;
    all.code = code;
  }
  return all;
}

/** What bash says of a program that is not there. */
export function commandNotFound(program: string): CommandResult {
  return { stdout: '', stderr: `bash: line 1: ${program}: command not found\n`, code: 127 };
}

/** What a command leaves that did what it should. */
export function succeeded(stdout = ''): CommandResult {
  return { stdout, stderr: '', code: 0 };
}

function parse(line: string): Step[] | null {
  const steps: Step[] = [];
  let step: Step = { words: [], joint: ';', merged: false };
  const text = line.trimEnd();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const [, joint, merge, word] = TOKEN.exec(text) ?? [];
    if (word !== undefined) step.words.push(unquote(word));
    else if (merge !== undefined) step.merged = true;
    else if (step.words.length > 0 && (joint === ';' || joint === '&&' || joint === '||')) {
      steps.push(step);
      step = { words: [], joint, merged: false };
    } else return null;
  }
  if (step.words.length > 0) steps.push(step);
  else if (step.joint !== ';' || step.merged) return null;
  return steps;
}

function unquote(word: string): string {
  return word.replace(
    /\\(.)|'([^']*)'|"([^"]*)"/g,
    (_, escaped?: string, single?: string, double?: string) => escaped ?? single ?? double ?? '',
  );
}
