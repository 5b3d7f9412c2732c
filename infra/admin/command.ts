import { type ParseArgsConfig, parseArgs } from 'node:util';

/** Something the caller can mend; its message is all they need. */
export class AdminError extends Error {
  override readonly name: string = 'AdminError';
}

/** The command was called in a way that it cannot be; how it is called is shown with the message. */
export class CallError extends AdminError {
  override readonly name = 'CallError';
}

/** A command of `haas-admin`. */
export interface AdminCommand {
  readonly name: string;
  /** As `--help` shows it: the name with its arguments, and below that, indented, what it does. */
  readonly usage: string;
  /** Its arguments, as they stand in `usage`: `<file>`. */
  readonly arguments?: readonly string[];
  readonly options?: NonNullable<ParseArgsConfig['options']>;
  /** Does it, and answers what is to be printed. */
  run(call: AdminCall): Promise<string>;
}

/** What a command was called with. What is demanded and was not given throws CallError. */
export class AdminCall {
  readonly #arguments: ReadonlyMap<string, string>;
  readonly #options: Readonly<Record<string, unknown>>;
  readonly #environment: Readonly<Record<string, string | undefined>>;

  constructor(
    given: ReadonlyMap<string, string>,
    options: Readonly<Record<string, unknown>>,
    environment: Readonly<Record<string, string | undefined>>,
  ) {
    this.#arguments = given;
    this.#options = options;
    this.#environment = environment;
  }

  argument(name: string): string {
    return demand(this.#arguments.get(name), name);
  }

  option(name: string): string | undefined {
    const value = this.#options[name];
    return typeof value === 'string' ? value : undefined;
  }

  demandOption(name: string): string {
    return demand(this.option(name), `--${name}`);
  }

  flag(name: string): boolean {
    return this.#options[name] === true;
  }

  variable(name: string): string | undefined {
    return this.#environment[name];
  }

  demandVariable(name: string): string {
    return demand(this.variable(name), name);
  }
}

/** Reads what stands after the name of a command. Throws CallError, and what parseArgs throws, for what the command does not take. */
export function readCall(
  { arguments: names = [], options = {} }: AdminCommand,
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): AdminCall {
  const { values, positionals } = parseArgs({ args: [...argv], allowPositionals: true, options });
  if (positionals.length > names.length) throw new CallError(`"${positionals[names.length]}" is one argument too many`);
  return new AdminCall(new Map(positionals.map((text, index) => [names[index] ?? '', text])), values, env);
}

function demand(value: string | undefined, what: string): string {
  if (value === undefined || value === '') throw new CallError(`${what} is missing`);
  return value;
}
