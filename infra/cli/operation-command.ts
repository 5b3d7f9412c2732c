import { Argument, type Command, Option } from 'commander';
import { z } from 'zod';
import { carryOut } from './carry-out.ts';
import type { Field, Operation } from './document.ts';
import { Failure } from './failure.ts';
import { isFromFile, isSecret, type Place, type Words } from './form.ts';
import { defaults, type Spelling } from './predecessor.ts';
import { askSecret, readAll } from './prompt.ts';
import { parsed, read, requestOf } from './request.ts';
import { perform, readCommonOptions } from './running.ts';
import type { Terminal } from './terminal.ts';

/** The command at some words; those on the way to it are groups. `isDefault`: it is what its group does where none of its commands is named. */
export function commandAt(program: Command, words: readonly string[], isDefault = false): Command {
  return words.reduce((parent, name, at) => {
    const known = parent.commands.find((each) => each.name() === name);
    if (known) return known;
    const isUsual = isDefault && at === words.length - 1;
    if (isUsual) parent.description(`${parent.description()}; without one of them: ${name}`);
    const made = parent.command(name, { isDefault: isUsual });
    return made.description(`Commands about ${words.slice(0, at + 1).join(' ')}`).helpCommand(false);
  }, program);
}

/** Makes the command of a spelling: what comes after it, its options, its help, and what it does. */
export function addSpelling(
  command: Command,
  spelling: Spelling,
  spellings: readonly Spelling[],
  terminal: Terminal,
  program: Command,
): void {
  const { operation, form } = spelling;
  const options = optionsOf(operation, form.places, program);
  command.description(operation.summary).usage(['[options]', ...form.places.map(shown)].join(' '));
  for (const place of form.places) {
    command.addArgument(new Argument(`[${place.name}${place.isLast ? '...' : ''}]`, helpOf(place)));
  }
  for (const { option } of options) for (const each of option) command.addOption(each);
  const takesBody = operation.fields.some((field) => field.in === 'body');
  if (takesBody)
    command.addOption(new Option('--data <json>', 'The whole body of the request, or @file, or - for standard input'));
  command.addHelpText('after', moreHelp(spelling, spellings));
  command.action(async (...given: unknown[]) => {
    const words = await wordsOf(terminal, command, form.places, given.slice(0, form.places.length));
    const own = z.record(z.string(), z.unknown()).parse(command.opts());
    const body = typeof own['data'] === 'string' ? await wholeBody(terminal, own['data']) : undefined;
    const placed = form.fields ? form.fields(words) : words;
    const chosen = await chosenOptions(terminal, options, own);
    const values = join(operation, placed, chosen, body);
    const request = requestOf(operation, values, body);
    await perform(terminal, readCommonOptions(program), (running) => carryOut(running, operation, request));
  });
}

/** Puts the fields together. What is given twice, or beside a whole body, was meant otherwise. */
function join(
  operation: Operation,
  placed: Readonly<Record<string, unknown>>,
  chosen: Readonly<Record<string, unknown>>,
  body: unknown,
): Record<string, unknown> {
  for (const [name, value] of Object.entries(chosen)) {
    if (value !== undefined && placed[name] !== undefined) throw new Failure('usage', `${name} is given twice`);
  }
  const values = Object.fromEntries(Object.entries({ ...placed, ...chosen }).filter(([, value]) => value !== undefined));
  const inPath = new Set(operation.fields.filter((field) => field.in === 'path').map(({ name }) => name));
  if (body !== undefined) {
    const extra = Object.keys(values).filter((name) => !inPath.has(name));
    if (extra.length > 0) throw new Failure('usage', `--data is the whole body: ${extra.join(', ')} must stand in it`);
    return values;
  }
  const whole = { ...defaults[operation.id]?.(values), ...values };
  const missing = operation.fields.filter((field) => field.isRequired && !(field.name in whole));
  if (missing.length > 0) throw new Failure('usage', `${missing.map(asked).join(', ')} is missing`);
  return whole;
}

/** `<node>`, `<is_free> (free, all)` */
function asked({ name, choices }: Field): string {
  return `<${name}>${choices.length > 0 ? ` (${choices.join(', ')})` : ''}`;
}

interface FieldOption {
  readonly field: Field;
  readonly option: readonly Option[];
}

/** Every field that has no place of its own as an option. One that is called like an option of every command is for --data alone. */
function optionsOf({ fields }: Operation, places: readonly Place[], program: Command): FieldOption[] {
  const needed = new Set(places.filter((place) => !place.isOptional).map(({ name }) => name));
  const taken = new Set(['--data', '--help', ...program.options.map(({ long }) => long)]);
  return fields.flatMap((field): FieldOption[] => {
    const flag = `--${field.name.replaceAll('_', '-')}`;
    if (field.in === 'path' || needed.has(field.name) || taken.has(flag)) return [];
    taken.add(flag);
    if (field.kind === 'boolean') {
      const negative = `--no-${flag.slice(2)}`;
      return [
        { field, option: [new Option(flag, `${field.description} (${negative}: it is false)`), new Option(negative).hideHelp()] },
      ];
    }
    const option = new Option(`${flag} <${placeholders[field.kind]}>`, field.description + hintOf(field));
    if (field.choices.length > 0) option.choices([...field.choices]);
    if (field.kind === 'list') option.argParser(collect);
    return [{ field, option: [option] }];
  });
}

const placeholders = {
  text: 'value',
  any: 'value',
  boolean: 'value',
  number: 'number',
  'number or null': 'number|null',
  list: 'item',
  json: 'json',
};

/** How a value is given that is more than a word. */
function hintOf({ name, kind }: Field): string {
  if (isSecret(name)) return '; - has it asked for';
  if (kind === 'json' || isFromFile(name)) return ', or @file';
  return kind === 'list' ? '. Repeat it for more' : '';
}

function collect(text: string, before: unknown): string[] {
  return [...(Array.isArray(before) ? before : []), text];
}

async function chosenOptions(terminal: Terminal, options: readonly FieldOption[], own: Readonly<Record<string, unknown>>) {
  const chosen: Record<string, unknown> = {};
  for (const { field, option } of options) {
    const value = own[option[0]?.attributeName() ?? ''];
    if (value === undefined) continue;
    chosen[field.name] = typeof value === 'string' ? await textOf(terminal, field.name, value) : value;
  }
  return chosen;
}

/** The text that a value stands for: a secret that is asked for, or what is in a file. */
async function textOf(terminal: Terminal, name: string, value: string): Promise<string> {
  if (value === '-' && isSecret(name)) return askSecret(terminal, `${name}: `);
  return value.startsWith('@') && isFromFile(name) ? read(value.slice(1)) : value;
}

async function wholeBody({ stdin }: Terminal, text: string): Promise<unknown> {
  return parsed('--data', text === '-' ? await readAll(stdin) : text.startsWith('@') ? read(text.slice(1)) : text);
}

/** The words that were given, by their places; a `-` for a secret has it asked for. */
async function wordsOf(
  terminal: Terminal,
  command: Command,
  places: readonly Place[],
  given: readonly unknown[],
): Promise<Words> {
  const words: Record<string, string | string[]> = {};
  for (const [at, place] of places.entries()) {
    const value = z
      .union([z.string(), z.array(z.string())])
      .optional()
      .parse(given[at]);
    if (value === undefined || (Array.isArray(value) && value.length === 0)) continue;
    if (typeof value === 'string' && place.choices?.length && !place.choices.includes(value)) {
      command.error(`error: <${place.name}> must be ${place.choices.join(' or ')}, not ${value}`);
    }
    words[place.name] = value;
  }
  for (const { name, isSecret: isHidden } of places) {
    if (words[name] === '-' && isHidden?.(words)) words[name] = await askSecret(terminal, `${name}: `);
  }
  return words;
}

/** `<node>`, `[channel]`, `<nodes...>` */
function shown({ name, isOptional, isLast }: Place): string {
  const text = `${name}${isLast ? '...' : ''}`;
  return isOptional ? `[${text}]` : `<${text}>`;
}

function helpOf({ description = '', choices = [], isSecret: isHidden }: Place): string {
  const values = choices.length > 0 ? ` (${choices.join(', ')})` : '';
  return `${description}${values}${isHidden ? '; - has it asked for' : ''}`;
}

function moreHelp({ words, operation, form }: Spelling, spellings: readonly Spelling[]): string {
  const example = [
    'haas',
    ...words,
    ...form.places.filter(({ isOptional }) => !isOptional).map((place) => quoted(place.example ?? place.name)),
  ];
  const other = spellings
    .filter((each) => each.operation === operation && each.words !== words)
    .map((each) => each.words.join(' '));
  return [
    '\nExample:',
    `  ${example.join(' ')}`,
    ...(other.length > 0 ? [`\nAlso: ${other.join(', ')}`] : []),
    ...(operation.access === 'admin' ? ['\nFor administrators only.'] : []),
  ].join('\n');
}

function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
