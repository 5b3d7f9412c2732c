import { type Rule, understand } from '../command-grammar.ts';
import type { Interpretation } from '../console.ts';
import { type Action, type Arguments, NOTHING } from './arguments.ts';
import { configurationCommands } from './configuration-commands.ts';
import { commandsOfBothModes, operationalCommands, unixCommands } from './operational-commands.ts';
import { type Piped, readPipes } from './pipes.ts';
import type { Shell } from './shell.ts';
import { SYNTAX_ERROR } from './syntax.ts';
import { WORDING } from './wording.ts';

type Rules = readonly Rule<Arguments, Action>[];

/** Makes the reader of lines of a switch with these ports: commands by mode, operational ones behind `run`, and what stands behind bars. */
export function understandJunos(ports: readonly string[]): (shell: Shell, line: string) => Interpretation {
  const unix = unixCommands();
  const operational = operationalCommands(ports);
  const configuration = configurationCommands();
  const behindRun = commandsOfBothModes(ports).map(({ words, run }) => ({ words: ['run', ...words], run }));
  const rules: Readonly<Record<Shell['mode']['kind'], Rules>> = {
    unix,
    operational,
    configuration: [...configuration, ...behindRun],
  };
  return (shell, line) => {
    if (shell.mode.kind === 'configuration') shell.mode.editor.active = new Date();
    if (shell.mode.kind === 'unix') return read(shell, unix, line);
    const piped = readPipes(line);
    if ('at' in piped) return { at: piped.at, message: SYNTAX_ERROR };
    return shown(piped, read(shell, rules[shell.mode.kind], piped.command, piped));
  };
}

function read(shell: Shell, rules: Rules, line: string, piped?: Piped): Interpretation {
  const meaning = understand(line, rules, WORDING);
  if (meaning === 'blank' || 'message' in meaning) return meaning;
  const given = { ...NOTHING, ...meaning.set, ...piped?.shown };
  // What a command takes as a whole is the end of its line.
  return () => meaning.run(shell, { ...given, at: line.trimEnd().length - given.text.length });
}

/** The same, with what is printed filtered, and in one piece if the line says so. */
function shown({ filter, noMore }: Piped, meaning: Interpretation): Interpretation {
  if (typeof meaning !== 'function') return meaning;
  return () => {
    const output = meaning();
    if (typeof output !== 'string') return output;
    const left = filter(output);
    return noMore ? async (talk) => talk.print(left) : left;
  };
}
