import { type Interpretation, understandByMode } from '../console.ts';
import { filterOutput, splitPipes } from '../switchport/output-filter.ts';
import { NOTHING } from '../switchport/parameters.ts';
import { eosCommands } from './commands.ts';
import type { Shell } from './shell.ts';
import { dataCommands } from './show-commands.ts';
import { UNPRIVILEGED, WORDING } from './wording.ts';

/** Makes the reader of lines: commands by mode, and filters behind `show`, of which `json` and `no-more` are EOS's own. */
export function understandEos(ports: readonly string[]): (shell: Shell, line: string) => Interpretation {
  const rules = eosCommands(ports);
  const here = understandByMode(rules, WORDING, NOTHING);
  const privileged = understandByMode({ ...rules, user: rules.exec }, WORDING, NOTHING);
  const data = dataCommands(ports);
  const asData = understandByMode({ user: data, exec: data, config: data, interface: data, vlan: data }, WORDING, NOTHING);
  return (shell, line) => {
    const { command, filters } = splitPipes(line);
    const meaning = here(shell, command);
    const isKeptBack =
      typeof meaning === 'object' && shell.mode.kind === 'user' && typeof privileged(shell, command) === 'function';
    if (isKeptBack) return { at: 0, message: UNPRIVILEGED };
    if (filters.length === 0 || typeof meaning !== 'function') return meaning;
    const [isJson, ...more] = filters[0]?.[0] === 'json' ? [true, ...filters.slice(1)] : [false, ...filters];
    const others = more.filter(([word]) => word !== 'no-more');
    if (!/^\s*sh/i.test(command) || others.some((filter) => filterOutput('', filter) === null)) {
      return { at: command.length, message: WORDING.invalid };
    }
    const shown = isJson ? asData(shell, command) : meaning;
    if (typeof shown !== 'function') return () => '% This is an unconverted command\n';
    return () => {
      const output = shown();
      if (typeof output !== 'string') return output;
      const text = others.reduce((left, filter) => filterOutput(left, filter) ?? '', output);
      return others.length < more.length ? async (talk) => talk.print(text) : text;
    };
  };
}
