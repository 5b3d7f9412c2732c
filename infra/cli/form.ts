import type { Field, Operation } from './document.ts';
import { Failure } from './failure.ts';

/** What stands in the place of words that were left out: nothing; of the last place, all words that are left. */
export type Words = Readonly<Record<string, string | readonly string[] | undefined>>;

/** One place for a word after a command. It fills the field of its name, unless the form says otherwise. */
export interface Place {
  readonly name: string;
  readonly isOptional?: boolean;
  /** Takes all words that are left. */
  readonly isLast?: boolean;
  readonly choices?: readonly string[];
  readonly description?: string;
  readonly example?: string;
  /** Whether it is a secret, so that `-` has it asked for. */
  readonly isSecret?: (words: Words) => boolean;
}

/** How the words after a command fill the fields of its operation. */
export interface Form {
  readonly places: readonly Place[];
  /** The values of the fields: texts are understood as the field is, anything else is sent as it is. */
  readonly fields?: (words: Words) => Readonly<Record<string, unknown>>;
}

const SECRET = /(?:^|_)(?:password|password_hash|secret)$/;
const OF_A_FILE = /^(?:private_key|user_data)$/;

/** Whether a field holds something that others must not read. */
export function isSecret(name: string): boolean {
  return SECRET.test(name);
}

/** Whether a field holds something that people have in a file; none of it begins with `@`. */
export function isFromFile(name: string): boolean {
  return OF_A_FILE.test(name);
}

/** The form of an operation by rule: the path, then each field that must be given, a list last. */
export function usualForm({ fields }: Operation): Form {
  const given = fields.filter((field) => field.isRequired);
  const lists = given.filter(({ kind }) => kind === 'list');
  return {
    places: [...given.filter(({ kind }) => kind !== 'list'), ...lists].map((field) => placeOf(field, field === lists.at(-1))),
  };
}

/** The place of a field. */
export function placeOf(field: Field, isLast = false): Place {
  const { name, description, kind } = field;
  const choices = kind === 'boolean' ? ['true', 'false'] : field.choices;
  return {
    name,
    description,
    choices,
    isLast: isLast && kind === 'list',
    example: field.example ?? choices[0] ?? name,
    ...(isSecret(name) ? { isSecret: () => true } : {}),
  };
}

/** One word of those that were given, or undefined. */
export function word(words: Words, name: string): string | undefined {
  const value = words[name];
  return typeof value === 'string' ? value : undefined;
}

/** As `word`, where there must be one. */
export function neededWord(words: Words, name: string): string {
  const value = word(words, name);
  if (value === undefined) throw new Failure('usage', `<${name}> is missing`);
  return value;
}
