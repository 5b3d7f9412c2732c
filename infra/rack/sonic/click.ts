import type { CommandResult } from '../command-service.ts';

/** What a command was given: its arguments in order, and its options by their long name (`''` for one that is only set). */
export interface Given {
  readonly values: readonly string[];
  readonly options: Readonly<Record<string, string>>;
}

/** A command of a program made with the Python package Click (version 7, which SONiC has). */
export interface ClickCommand<R> {
  readonly path: readonly string[];
  /** Names of the arguments as the usage line shows them; one in brackets may be left out. */
  readonly arguments: readonly string[];
  /** Options by all their spellings. */
  readonly options: Readonly<Record<string, { readonly name: string; readonly takesValue: boolean }>>;
  readonly run: R;
}

/** Writes a command. Options are `-u, --untagged`, or with a value `-p, --port <port>`. */
export function clickCommand<R>(path: string, args: readonly string[], options: readonly string[], run: R): ClickCommand<R> {
  const spelled = options.flatMap((option) => {
    const [spellings = '', value] = option.split(' <');
    const names = spellings.split(', ');
    const name = names.at(-1)?.replace(/^-+/, '') ?? '';
    return names.map((spelling) => [spelling, { name, takesValue: value !== undefined }] as const);
  });
  return { path: path.split(' '), arguments: args, options: Object.fromEntries(spelled), run };
}

/** How an invocation failed or ended by itself, or the command it is with what it was given. */
export type Invocation<R> = CommandResult | { readonly command: ClickCommand<R>; readonly given: Given };

/** Finds the command that words mean. Words of groups may be cut as long as they stay unique, as in SONiC's groups. */
export function findCommand<R>(program: string, commands: readonly ClickCommand<R>[], words: readonly string[]): Invocation<R> {
  let left = commands;
  for (let depth = 0; ; depth += 1) {
    const done = left.find(({ path }) => path.length === depth);
    if (done !== undefined) return parseArguments(program, done, words.slice(depth));
    const group = [program, ...(left[0]?.path.slice(0, depth) ?? [])].join(' ');
    const synopsis = `Usage: ${group} [OPTIONS] COMMAND [ARGS]...\n`;
    const word = words[depth];
    // Click 7 answers a bare group with its help, and calls that a success.
    if (word === undefined || asksForHelp(word)) return { stdout: synopsis, stderr: '', code: 0 };
    const names = new Set(left.map(({ path }) => path[depth] ?? ''));
    const cut = [...names].filter((name) => name.startsWith(word));
    const name = names.has(word) ? word : cut[0];
    if (name === undefined) return failure(group, synopsis, `No such command "${word}".`);
    if (!names.has(word) && cut.length > 1) return failure(group, synopsis, `Too many matches: ${cut.sort().join(', ')}`);
    left = left.filter(({ path }) => path[depth] === name);
  }
}

/** What a command leaves that refused what it was asked: `ctx.fail` of Click. */
export function usageError<R>(program: string, { path, arguments: args }: ClickCommand<R>, message: string): CommandResult {
  const full = [program, ...path].join(' ');
  return failure(full, usageOf(full, args), message);
}

function usageOf(full: string, args: readonly string[]): string {
  return `Usage: ${[full, '[OPTIONS]', ...args].join(' ')}\n`;
}

function asksForHelp(word: string): boolean {
  return ['-h', '-?', '--help'].includes(word);
}

function failure(path: string, usage: string, message: string): CommandResult {
  return { stdout: '', stderr: `${usage}Try "${path} -h" for help.\n\nError: ${message}\n`, code: 2 };
}

function parseArguments<R>(program: string, command: ClickCommand<R>, words: readonly string[]): Invocation<R> {
  if (words.some(asksForHelp)) {
    return { stdout: usageOf([program, ...command.path].join(' '), command.arguments), stderr: '', code: 0 };
  }
  const values: string[] = [];
  const options: Record<string, string> = {};
  const rest = [...words];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (!/^-./.test(word)) {
      values.push(word);
      continue;
    }
    const option = command.options[word];
    if (option === undefined) return usageError(program, command, `no such option: ${word}`);
    const value = option.takesValue ? rest.shift() : '';
    if (value === undefined) return usageError(program, command, `${word} option requires an argument`);
    options[option.name] = value;
  }
  const missing = command.arguments[values.length];
  if (missing !== undefined && !missing.startsWith('[')) return usageError(program, command, `Missing argument "${missing}".`);
  const extra = values.slice(command.arguments.length);
  if (extra.length > 0) {
    const many = extra.length > 1 ? 's' : '';
    return usageError(program, command, `Got unexpected extra argument${many} (${extra.join(' ')})`);
  }
  return { command, given: { values, options } };
}
