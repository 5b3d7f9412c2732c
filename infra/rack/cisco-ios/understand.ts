import { type Interpretation, understandByMode } from '../console.ts';
import { filterOutput, splitPipes } from '../switchport/output-filter.ts';
import { NOTHING } from '../switchport/parameters.ts';
import { iosCommands } from './commands.ts';
import type { CatalystSetting, Shell } from './shell.ts';
import { WORDING } from './wording.ts';

/** Makes the reader of lines of one model of Catalyst: commands by mode, `do` before exec commands, filters behind `show`. */
export function understandIos(
  ports: readonly string[],
  setting: CatalystSetting,
): (shell: Shell, line: string) => Interpretation {
  const rules = iosCommands(ports, setting);
  const here = understandByMode(rules, WORDING, NOTHING);
  const exec = understandByMode({ ...rules, config: rules.exec, interface: rules.exec, vlan: rules.exec }, WORDING, NOTHING);
  return (shell, line) => {
    const isConfiguring = shell.mode.kind !== 'user' && shell.mode.kind !== 'exec';
    const [, before = '', after = ''] = (isConfiguring && /^(\s*do\s+)(.*)$/i.exec(line)) || [];
    if (before !== '')
      return moved(
        filtered((text) => exec(shell, text), after),
        before.length,
      );
    return isConfiguring
      ? here(shell, line)
      : orHostName(
          filtered((text) => here(shell, text), line),
          line,
        );
  };
}

function moved(meaning: Interpretation, by: number): Interpretation {
  return typeof meaning === 'object' ? { ...meaning, at: meaning.at + by } : meaning;
}

function filtered(understand: (line: string) => Interpretation, line: string): Interpretation {
  const { command, filters } = splitPipes(line);
  const meaning = understand(command);
  if (filters.length === 0 || typeof meaning !== 'function') return meaning;
  const isShow = /^\s*sh/i.test(command);
  const isFilter = filters.every((filter) => filterOutput('', filter) !== null);
  if (!isShow || !isFilter) return { at: command.length, message: WORDING.invalid };
  return () => {
    const output = meaning();
    if (typeof output !== 'string') return output;
    return filters.reduce((text, filter) => filterOutput(text, filter) ?? '', output);
  };
}

/** A single word that is no command is taken for the name of a host to connect to. */
function orHostName(meaning: Interpretation, line: string): Interpretation {
  const word = line.trim();
  if (typeof meaning !== 'object' || meaning.message !== WORDING.invalid || !/^[\w.-]+$/.test(word)) return meaning;
  return () =>
    `Translating "${word}"...domain server (255.255.255.255)\n% Unknown command or computer name, or unable to find computer address\n`;
}
