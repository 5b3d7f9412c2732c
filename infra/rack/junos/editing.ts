import { isDeepStrictEqual } from 'node:util';
import type { Statement, Statements } from './statements.ts';
import { clock, timestamp } from './time.ts';

/** Who is in configuration mode, and how. */
export interface Editor {
  readonly kind: 'shared' | 'exclusive' | 'private';
  readonly user: string;
  /** As `status` names it: `pts/0`. */
  readonly terminal: string;
  readonly pid: number;
  readonly since: Date;
  /** When the last line was typed. */
  active: Date;
  /** Where in the hierarchy it is. */
  level: Statement;
  /** Of a private editor: what was active when it began, and what it has made of it. */
  own: { readonly base: Statements; readonly candidate: Statements } | null;
}

/**
 * The configuration as it is being edited on one switch: the candidate that all share who are not private, and who is there
 * (CLI User Guide, "Forms of the configure Command"). It is not kept when the simulator ends, but it survives a session.
 */
export class Editing {
  readonly editors = new Set<Editor>();
  /** Null while it is the same as the active configuration. */
  #shared: Statements | null = null;
  #sessions = 0;

  /** A number for one more session. */
  nextSession(): number {
    this.#sessions += 1;
    return this.#sessions - 1;
  }

  /** Whether the shared candidate holds changes that nobody has committed. */
  get isModified(): boolean {
    return this.#shared !== null;
  }

  /** The editor that has the configuration for itself. */
  get exclusive(): Editor | undefined {
    return [...this.editors].find(({ kind }) => kind === 'exclusive');
  }

  /** What an editor sees of the configuration. */
  candidate(editor: Editor, active: Statements): Statements {
    return editor.own?.candidate ?? this.#shared ?? active;
  }

  /** Puts another candidate in the place of the one an editor sees. */
  replace(editor: Editor, candidate: Statements, active: Statements): void {
    if (editor.own !== null) editor.own = { ...editor.own, candidate };
    else this.#shared = isDeepStrictEqual(candidate, active) ? null : candidate;
  }

  /** Whether an editor's candidate differs from what it began with. */
  isDirty(editor: Editor): boolean {
    return editor.own === null ? this.isModified : !isDeepStrictEqual(editor.own.candidate, editor.own.base);
  }

  /** An editor is gone, in whatever way; only the changes of those who share are not lost. */
  leave(editor: Editor): void {
    this.editors.delete(editor);
    if (editor.kind === 'exclusive') this.#shared = null;
  }

  /** The candidate of an editor has become the active configuration. */
  committed(editor: Editor, statements: Statements): void {
    if (editor.own !== null) editor.own = { base: statements, candidate: statements };
    else this.#shared = null;
  }
}

/** The lines about editors; empty without any. */
export function usersEditing(editors: readonly Editor[]): string {
  if (editors.length === 0) return '';
  return ['Users currently editing the configuration:', ...editors.flatMap(editorLines)].map((line) => `${line}\n`).join('');
}

/** What one is told who cannot have the configuration because another has it for himself. */
export function lockedBy(editor: Editor): string {
  return ['error: configuration database locked by:', ...editorLines(editor)].map((line) => `${line}\n`).join('');
}

function editorLines({ kind, user, terminal, pid, since, active, level }: Editor): string[] {
  const idle = Date.now() - active.getTime();
  const idling = idle < 60_000 ? '' : `, idle ${clock(idle)}`;
  const mode = kind === 'shared' ? '' : `${kind} `;
  return [
    `  ${user} terminal ${terminal} (pid ${pid}) on since ${timestamp(since)}${idling}`,
    `      ${mode}[edit${level.length === 0 ? '' : ` ${level.join(' ')}`}]`,
  ];
}
