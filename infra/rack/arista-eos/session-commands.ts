import { command, type Rule } from '../command-grammar.ts';
import type { Action as ConsoleAction } from '../console.ts';
import { type Arguments, wordUpTo } from '../switchport/parameters.ts';
import { type ConfigurationSession, MOST_COMPLETED, MOST_PENDING, type Obstacle } from './configuration-sessions.ts';
import type { Shell } from './shell.ts';
import { WORDING } from './wording.ts';

const LONGEST_NAME = 63;

type Action = ConsoleAction<Shell, Arguments>;

/** What enters, commits and gives up configuration sessions from privileged mode. */
export function sessionCommands(): Rule<Arguments, Action>[] {
  const name = wordUpTo(LONGEST_NAME, WORDING.invalid);
  return [
    command((shell) => openSession(shell, undefined), 'configure session'),
    command((shell, { text }) => openSession(shell, text), 'configure session', name),
    command(onNamed(commit), 'configure session', name, 'commit'),
    command(onNamed(abort), 'configure session', name, 'abort'),
    command(deleteSession, 'no configure session', name),
  ];
}

/** What commits and gives up the session one is in, in any mode below it. Elsewhere there are no such commands. */
export function insideSessionCommands(): Rule<Arguments, Action>[] {
  const leaving = (act: (shell: Shell, session: ConfigurationSession) => string): Action => {
    return (shell) => {
      const { session } = shell;
      if (session === null) return `${WORDING.invalid}\n`;
      const printed = act(shell, session);
      shell.enter({ kind: 'exec' });
      return printed;
    };
  };
  return [command(leaving(commit), 'commit'), command(leaving(abort), 'abort')];
}

const OBSTACLES: Record<Obstacle, (name: string) => string> = {
  completed: (name) => `% Cannot enter session ${name} (session already completed)\n`,
  'too many': () =>
    '% Maximum number of pending sessions has been reached. Please commit or abort previous sessions before creating a new one.\n',
};

function openSession(shell: Shell, name: string | undefined): string {
  const { sessions } = shell.setting;
  // A line that only looks carried out must leave no session behind.
  const session = shell.lying ? sessions.imagine(shell.configuration, name) : sessions.open(shell.configuration, name);
  if (typeof session === 'string') return OBSTACLES[session](name ?? '');
  shell.join(session);
  return '';
}

function onNamed(act: (shell: Shell, session: ConfigurationSession) => string): Action {
  return (shell, { text }) => {
    const session = shell.setting.sessions.find(shell.configuration, text);
    return session === null ? notFound(text) : act(shell, session);
  };
}

function commit(shell: Shell, session: ConfigurationSession): string {
  const { sessions } = shell.setting;
  if (session.isImagined) return '';
  if (sessions.find(shell.configuration, session.name) !== session) return notFound(session.name);
  shell.commit(session);
  if (!shell.lying) sessions.complete(session);
  return '';
}

function abort(shell: Shell, session: ConfigurationSession): string {
  if (!shell.lying) shell.setting.sessions.remove(session);
  return '';
}

/** Forgets a session, also one that was committed: only then can its name be used again. */
const deleteSession: Action = (shell, { text }) => {
  const { sessions } = shell.setting;
  if (!sessions.isKnown(shell.configuration, text)) return `% Cannot delete non-existent session ${text}\n`;
  if (!shell.lying) sessions.forget(text);
  return '';
};

function notFound(name: string): string {
  return `% Session ${name} not found\n`;
}

/** `show configuration sessions`: the star marks the session one is in. */
export function showSessions(shell: Shell): string {
  const { sessions } = shell.setting;
  const rows = [
    ...sessions.completed(shell.configuration).map((name) => ['  ', name, 'completed', '', '', '']),
    ...sessions.pending(shell.configuration).map(({ name, visitors: [visitor] }) => {
      const mark = shell.session?.name === name ? '* ' : '  ';
      return [mark, name, 'pending', visitor?.user ?? '', visitor?.terminal ?? '', ''];
    }),
  ];
  const heads = ['  ', 'Name', 'State', 'User', 'Terminal', 'Description'];
  const widths = heads.map((head, column) => Math.max(head.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const lineOf = (cells: readonly string[]) => {
    const [mark = '', ...rest] = cells.map((cell, column) => cell.padEnd(widths[column] ?? 0));
    return (mark + rest.join(' ')).trimEnd();
  };
  const rule = heads.map((head, column) => (head.trim() === '' ? head : '-'.repeat(widths[column] ?? 0)));
  return [
    `Maximum number of completed sessions: ${MOST_COMPLETED}`,
    `Maximum number of pending sessions: ${MOST_PENDING}`,
    'Merge on commit is disabled',
    'Autosave to startup-config on commit is disabled',
    '',
    ...[heads, rule, ...rows].map(lineOf),
  ]
    .map((line) => `${line}\n`)
    .join('');
}

/** The same as data. */
export function sessionsAsData(shell: Shell): object {
  const { sessions } = shell.setting;
  const completed = sessions.completed(shell.configuration).map((name) => [name, { state: 'completed', instances: {} }]);
  const pending = sessions.pending(shell.configuration).map(({ name, visitors }) => {
    const instances = Object.fromEntries(
      visitors.map(({ user, terminal }) => [terminal, { user, terminal, currentTerminal: terminal === shell.terminal }]),
    );
    return [name, { state: 'pending', instances }];
  });
  return {
    sessions: Object.fromEntries([...completed, ...pending]),
    maxSavedSessions: MOST_COMPLETED,
    maxOpenSessions: MOST_PENDING,
    mergeOnCommit: false,
    saveToStartupConfigOnCommit: false,
  };
}
