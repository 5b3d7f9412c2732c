import { command, type Rule } from '../command-grammar.ts';
import { silently } from '../console.ts';
import { type Action, type Arguments, interfaceName, numberBetween, rest, word } from './arguments.ts';
import { lockedBy, usersEditing } from './editing.ts';
import type { Shell } from './shell.ts';
import { asJson, asSet, asText, compared } from './show-configuration.ts';
import {
  showDescriptions,
  showInterfaces,
  showInterfacesTerse,
  showSwitchingInterfaces,
  showSwitchingTable,
  showVlans,
  showVlansJson,
} from './show-switching.ts';
import { configurationHead, showCommits, showVersion } from './show-system.ts';
import { readTarget } from './statement-reader.ts';
import type { Statement, Statements } from './statements.ts';
import { refuse } from './wording.ts';

type Rules = readonly Rule<Arguments, Action>[];

const WIDEST = 1024;
const LONGEST = 100_000;

/** What may be seen and set anywhere, in configuration mode behind `run`. */
export function commandsOfBothModes(ports: readonly string[]): Rules {
  return [
    command(showConfiguration, 'show configuration'),
    command(showConfiguration, 'show configuration', rest),
    command(plain(showVersionHere), 'show version'),
    command(
      plain(({ configuration }) => showCommits(configuration)),
      'show system commit',
    ),
    command(vlans(ports), 'show vlans'),
    command(vlans(ports), 'show vlans', word),
    ...ofInterfaces(ports, showSwitchingInterfaces, ['show ethernet-switching interface']),
    command(plain(showSwitchingTable), 'show ethernet-switching table'),
    ...ofInterfaces(ports, showInterfacesTerse, ['show interfaces terse'], ['show interfaces', 'terse']),
    ...ofInterfaces(ports, showDescriptions, ['show interfaces descriptions'], ['show interfaces', 'descriptions']),
    ...ofInterfaces(ports, showInterfaces, ['show interfaces']),
    command(
      plain((shell, { number }) => {
        shell.length = number;
        return `Screen length set to ${number}\n`;
      }),
      'set cli screen-length',
      numberBetween(0, LONGEST),
    ),
    command(
      plain((shell, { number }) => {
        shell.width = number === 0 ? Number.POSITIVE_INFINITY : number;
        return `Screen width set to ${number}\n`;
      }),
      'set cli screen-width',
      numberBetween(0, WIDEST),
    ),
    command(
      plain(() => 'Disabling complete-on-space\n'),
      'set cli complete-on-space off',
    ),
    command(
      plain(() => 'Idle timeout disabled\n'),
      'set cli idle-timeout 0',
    ),
  ];
}

/** The commands of the operational mode. */
export function operationalCommands(ports: readonly string[]): Rules {
  return [
    ...commandsOfBothModes(ports),
    command(plain(configure), 'configure'),
    command(plain(configureExclusive), 'configure exclusive'),
    command(plain(configurePrivate), 'configure private'),
    command(exit, 'exit'),
    command(exit, 'quit'),
  ];
}

/** The commands of the shell below, as far as they lead out of it. */
export function unixCommands(): Rules {
  const logOut = silently<Shell, Arguments>((shell) => (shell.loggedOut = true));
  return [
    command(
      silently((shell) => (shell.mode = { kind: 'operational' })),
      'cli',
    ),
    command(logOut, 'exit'),
    command(logOut, 'logout'),
  ];
}

/** An action whose output has one form only. */
function plain(act: (shell: Shell, given: Arguments) => string): Action {
  return (shell, given) =>
    given.display === 'text' && given.compareWith === null
      ? act(shell, given)
      : 'error: output cannot be displayed in this form\n';
}

/** `show` with a name of a port, physical or logical, before or behind another word, or with none for all. */
function ofInterfaces(
  ports: readonly string[],
  show: (statements: Statements, ports: readonly string[]) => string,
  ...forms: readonly (readonly [string, string?])[]
): Rules {
  const all = plain(({ active }) => show(active, ports));
  const one = plain(({ active }, { text }) => {
    const name = text.replace(/\.0$/, '');
    return ports.includes(name) ? show(active, [name]) : `error: device ${name} not found\n`;
  });
  return forms.flatMap(([before, behind]) =>
    behind === undefined
      ? [command(all, before), command(one, before, interfaceName)]
      : [command(one, before, interfaceName, behind)],
  );
}

const showVersionHere = ({ device, setting }: Shell) => showVersion(device.hostname, setting.isVirtualChassis);

function vlans(ports: readonly string[]): Action {
  return (shell, given) => {
    const only = given.text === '' ? null : given.text;
    if (given.display === 'json') return showVlansJson(shell.active, ports, only);
    return plain(({ active }) => showVlans(active, ports, only))(shell, given);
  };
}

const showConfiguration: Action = (shell, given) => {
  const { configuration, device } = shell;
  const head = given.text === '' && given.display === 'text' ? configurationHead(configuration, device.hostname) : '';
  return showStatements(shell, given, { statements: shell.active, level: [], head });
};

/** Shows a configuration in the form the line asks for: whole, or what it points at below a level. */
export function showStatements(
  shell: Shell,
  given: Arguments,
  { statements, level, head }: { readonly statements: Statements; readonly level: Statement; readonly head: string },
): string {
  if (given.compareWith !== null) {
    const other = shell.configuration.commits[given.compareWith];
    return other === undefined ? noSuchCommit(given.compareWith) : compared(other.statements, statements);
  }
  const target = readTarget(given.text, level);
  if ('message' in target) return refuse(shell, given, target);
  if (given.display === 'set') return asSet(statements, target);
  if (given.display === 'json') return asJson(statements, target);
  return head + asText(statements, target);
}

/** For a commit that is not kept, or never was. */
export function noSuchCommit(number: number): string {
  return `error: configuration rollback ${number} does not exist\n`;
}

const ENTERING = 'Entering configuration mode\n';
const WILL_BE_DISCARDED = 'warning: uncommitted changes will be discarded on exit\n';
const NOT_COMMITTED = 'The configuration has been changed but not committed\n';

/** The texts of the three are those of the CLI User Guide and of captures (a cJunosEvolved; PyEZ #784 for private edits). */
const configure = (shell: Shell): string => {
  const { editing } = shell.setting;
  const others = [...editing.editors];
  if (others.some(({ kind }) => kind === 'private')) {
    return "error: private edits in use. Try 'configure private' or 'configure exclusive'.\n";
  }
  shell.edit('shared');
  return ENTERING + usersEditing(others) + (editing.isModified ? NOT_COMMITTED : '');
};

const configureExclusive = (shell: Shell): string => {
  const { editing } = shell.setting;
  const others = [...editing.editors];
  if (editing.exclusive !== undefined) return lockedBy(editing.exclusive);
  if (editing.isModified) return `${usersEditing(others)}error: configuration database modified\n`;
  shell.edit('exclusive');
  return WILL_BE_DISCARDED + ENTERING + usersEditing(others);
};

const configurePrivate = (shell: Shell): string => {
  const { editing } = shell.setting;
  const others = [...editing.editors];
  if (editing.isModified) return 'error: shared configuration database modified\n';
  shell.edit('private');
  return WILL_BE_DISCARDED + ENTERING + usersEditing(others);
};

const exit = silently<Shell, Arguments>((shell) => {
  if (shell.setting.landsInShell) shell.mode = { kind: 'unix' };
  else shell.loggedOut = true;
});
