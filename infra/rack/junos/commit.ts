import { setTimeout as delay } from 'node:timers/promises';
import type { Conversation } from '../console.ts';
import { checkCommit } from './commit-check.ts';
import { activeStatements } from './configuration.ts';
import { type Editor, lockedBy } from './editing.ts';
import { merged } from './merge.ts';
import type { Shell } from './shell.ts';
import type { Statements } from './statements.ts';
import { SYNTAX_ERROR } from './syntax.ts';

const DEFAULT_MINUTES = 10;
const MOST_MINUTES = 65_535;

/** What stands behind `commit`. */
interface Order {
  readonly check: boolean;
  readonly quit: boolean;
  /** Null for a commit that is to stay. */
  readonly minutes: number | null;
  readonly comment: string | null;
}

/** Reads what stands behind `commit`; the place of a word that does not belong there, and why. */
export function readOrder(text: string): Order | { readonly at: number; readonly message: string } {
  let order: Order = { check: false, quit: false, minutes: null, comment: null };
  const words = [...text.matchAll(/"([^"]*)"|\S+/g)].map((match) => ({ word: match[1] ?? match[0], at: match.index }));
  for (let index = 0; index < words.length; index += 1) {
    const { word, at } = words[index] ?? { word: '', at: 0 };
    const next = words[index + 1];
    if (word === 'check') order = { ...order, check: true };
    else if (word === 'and-quit') order = { ...order, quit: true };
    else if (word === 'comment' && next !== undefined) {
      order = { ...order, comment: next.word };
      index += 1;
    } else if (word === 'confirmed') {
      const given = next !== undefined && /^\d+$/.test(next.word) ? Number(next.word) : null;
      if (given !== null && (given < 1 || given > MOST_MINUTES)) {
        return { at: next?.at ?? at, message: `error: Value ${given} is not within range (1..${MOST_MINUTES})` };
      }
      order = { ...order, minutes: given ?? DEFAULT_MINUTES };
      if (given !== null) index += 1;
    } else if (word !== 'synchronize') return { at, message: SYNTAX_ERROR };
  }
  return order;
}

/** `commit` in all its forms. Once checked it goes on, whoever hangs up. */
export function commit(shell: Shell, order: Order): Conversation {
  return async (talk) => {
    const { mode, lying, setting } = shell;
    if (mode.kind !== 'configuration') return;
    const { editor } = mode;
    const result = toCommit(shell, editor, order);
    if (typeof result === 'string') return talk.print(result);
    if (order.check) {
      // Checking confirms what is pending, as a commit does (Junos CLI User Guide; seen on a cJunosEvolved).
      if (shell.configuration.pending !== null && !lying) shell.commit(shell.active, { comment: null, minutes: null });
      return talk.print('configuration check succeeds\n');
    }
    if (setting.isVirtualChassis) talk.print('configuration check succeeds\n');
    if (order.minutes !== null) {
      talk.print(`commit confirmed will be automatically rolled back in ${order.minutes} minutes unless confirmed\n`);
    }
    const { saveDelay, running } = shell.device;
    const done = saveDelay === 0 ? Promise.resolve() : delay(saveDelay, undefined, { ref: false });
    const applied = done.then(() => {
      // A reboot meanwhile has put another configuration there.
      if (!lying && shell.device.running === running) shell.commit(result, order);
      // A switch that lies shows a candidate as clean as after a commit.
      setting.editing.committed(editor, activeStatements(shell.device.running));
    });
    await talk.pause(saveDelay);
    await applied;
    talk.print('commit complete\n');
    if (!order.quit) return;
    shell.leave();
    talk.print('Exiting configuration mode\n');
  };
}

/** What would become active, or what is printed if nothing can. */
function toCommit(shell: Shell, editor: Editor, { minutes }: Order): Statements | string {
  const { editing, confirmedInPrivate } = shell.setting;
  const owner = editing.exclusive;
  if (owner !== undefined && owner !== editor) return lockedBy(owner);
  if (editor.kind === 'private') {
    if (minutes !== null && !confirmedInPrivate) return 'error: commit confirmed not supported for private configuration\n';
    if (editing.isModified) return 'error: shared configuration database modified\n';
  }
  const statements = editor.own === null ? shell.candidate : merged(editor.own, shell.active);
  if (typeof statements === 'string') return statements;
  const complaints = checkCommit(statements);
  return complaints === '' ? statements : complaints;
}
