import { command, type Rule } from '../command-grammar.ts';
import type { Conversation } from '../console.ts';
import { type Action, type Arguments, numberBetween, rest } from './arguments.ts';
import { commit, readOrder } from './commit.ts';
import { type Editor, lockedBy, usersEditing } from './editing.ts';
import { noSuchCommit, showStatements } from './operational-commands.ts';
import type { Shell } from './shell.ts';
import { readSettings, readTarget } from './statement-reader.ts';
import { isBelow, type Statement, withoutTarget, withSettings } from './statements.ts';
import { SYNTAX_ERROR } from './syntax.ts';
import { refuse } from './wording.ts';

const OLDEST_COMMIT = 49;

/** The commands of configuration mode. */
export function configurationCommands(): readonly Rule<Arguments, Action>[] {
  const kept = numberBetween(0, OLDEST_COMMIT);
  return [
    command(changing(set), 'set', rest),
    command(changing(remove), 'delete', rest),
    command(changing(removeAll), 'delete'),
    command(changing(rollback), 'rollback'),
    command(changing(rollback), 'rollback', kept),
    command(commitAs, 'commit'),
    command(commitAs, 'commit', rest),
    command(show, 'show'),
    command(show, 'show', rest),
    command(
      editing((shell) => usersEditing([...shell.setting.editing.editors])),
      'status',
    ),
    command(editing(edit), 'edit', rest),
    command(
      editing((shell) => goTo(shell, [])),
      'top',
    ),
    command(editing(up), 'up'),
    ...['exit', 'quit'].flatMap((word) => [
      command(exit, word),
      command<Arguments, Action>((shell) => leave(shell), `${word} configuration-mode`),
    ]),
  ];
}

type Act = (shell: Shell, given: Arguments, editor: Editor) => string | Conversation;

/** An action of somebody in configuration mode. */
function editing(act: Act): Action {
  return (shell, given) => (shell.mode.kind === 'configuration' ? act(shell, given, shell.mode.editor) : '');
}

/** An action that changes the candidate, which may be somebody else's alone. */
function changing(act: Act): Action {
  return editing((shell, given, editor) => {
    const owner = shell.setting.editing.exclusive;
    const isLocked = owner !== undefined && owner !== editor && editor.own === null;
    return isLocked ? lockedBy(owner) : act(shell, given, editor);
  });
}

const set: Act = (shell, given, { level }) => {
  const settings = readSettings(given.text, level);
  if ('message' in settings) return refuse(shell, given, settings);
  shell.replaceCandidate(withSettings(shell.candidate, settings));
  return '';
};

const remove: Act = (shell, given, { level }) => {
  const target = readTarget(given.text, level);
  if ('message' in target) return refuse(shell, given, target);
  const left = withoutTarget(shell.candidate, target);
  if (left === null) return 'warning: statement not found\n';
  shell.replaceCandidate(left);
  return '';
};

const removeAll: Act =
  (shell, _, { level }) =>
  async (talk) => {
    talk.print('This will delete the entire configuration\n');
    const answer = await talk.ask('Delete everything under this level? [yes,no] (no) ');
    if (!/^y(es?)?$/i.test(answer.trim())) return;
    const left = shell.candidate.filter((statement) => !isBelow(statement, level));
    shell.replaceCandidate(level.length === 0 ? left : [...left, level]);
  };

const rollback: Act = (shell, { number }) => {
  const commit = shell.configuration.commits[number];
  if (commit === undefined) return noSuchCommit(number);
  shell.replaceCandidate(commit.statements);
  return 'load complete\n';
};

const commitAs: Action = (shell, given) => {
  const order = readOrder(given.text);
  return 'message' in order ? refuse(shell, given, order) : commit(shell, order);
};

const show: Action = editing((shell, given, { level }) =>
  showStatements(shell, given, { statements: shell.candidate, level, head: '' }),
);

const edit: Act = (shell, given, { level }) => {
  const target = readTarget(given.text, level);
  if ('message' in target) return refuse(shell, given, target);
  const [path = []] = target.paths;
  if (target.syntax?.kind !== 'container') return refuse(shell, given, { at: given.text.length, message: SYNTAX_ERROR });
  return goTo(shell, path);
};

/** Goes up one level, over the word that stands before a name too. */
const up: Act = (shell, _, { level }) => {
  const shorter = level.map((__, index) => level.slice(0, index)).reverse();
  const isLevel = (path: Statement) => {
    const target = readTarget(path.join(' '), []);
    return path.length === 0 || ('syntax' in target && target.syntax?.kind === 'container');
  };
  return goTo(shell, shorter.find(isLevel) ?? []);
};

function goTo(shell: Shell, level: Statement): string {
  if (shell.mode.kind !== 'configuration') return '';
  shell.levelsBefore.push(shell.mode.editor.level);
  shell.mode.editor.level = level;
  return '';
}

/** Back to where the last `edit` was typed; out of configuration mode at last. */
const exit: Action = (shell) => {
  const before = shell.levelsBefore.pop();
  if (before === undefined || shell.mode.kind !== 'configuration') return leave(shell);
  shell.mode.editor.level = before;
  return '';
};

/** What is shared may be left for later; what is not is lost. */
function leave(shell: Shell): Conversation {
  return async (talk) => {
    if (shell.mode.kind !== 'configuration') return;
    const { editor } = shell.mode;
    if (shell.setting.editing.isDirty(editor)) {
      const isShared = editor.kind === 'shared';
      talk.print('The configuration has been changed but not committed\n');
      if (!isShared) talk.print(`warning: Auto rollback on exiting 'configure ${editor.kind}'\n`);
      const question = isShared ? 'Exit with uncommitted changes?' : 'Discard uncommitted changes?';
      let answer: boolean | null = null;
      while (answer === null) answer = asYesOrNo(await talk.ask(`${question} [yes,no] (yes) `));
      if (!answer) return;
      if (!isShared) talk.print('warning: discarding uncommitted changes\nload complete\n');
    }
    shell.leave();
    talk.print('Exiting configuration mode\n');
  };
}

function asYesOrNo(reply: string): boolean | null {
  const word = reply.trim().toLowerCase();
  if ('yes'.startsWith(word)) return true;
  return 'no'.startsWith(word) ? false : null;
}
