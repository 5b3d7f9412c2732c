import { ConsoleShell } from '../console.ts';
import type { SimulatedDevice } from '../simulated-device.ts';
import { type Commit, type Configuration, committed, settled } from './configuration.ts';
import type { Editing, Editor } from './editing.ts';
import type { Statement, Statements } from './statements.ts';

/** How one switch is set up beside its configuration. */
export interface JunosSetting {
  readonly editing: Editing;
  /** Whether a login lands in the shell of the Unix below, as that of root does. */
  readonly landsInShell: boolean;
  /** Whether the switch is one of a virtual chassis, and tells so above each prompt. */
  readonly isVirtualChassis: boolean;
  /** Whether `commit confirmed` is for private editors too. */
  readonly confirmedInPrivate: boolean;
  /** How long a minute of `commit confirmed` is, in milliseconds. */
  readonly confirmedMinute: number;
}

/** Where a session stands: in the Unix shell, or in one of the two modes of the CLI. */
export type Mode = { readonly kind: 'unix' | 'operational' } | { readonly kind: 'configuration'; readonly editor: Editor };

const FIRST_PID = 4681;

/** What the commands of one session work on. */
export class Shell extends ConsoleShell<Configuration> {
  mode: Mode;
  readonly setting: JunosSetting;
  /** Levels that `edit` was typed on, the last one last. */
  readonly levelsBefore: Statement[] = [];
  readonly #number: number;

  constructor(device: SimulatedDevice<Configuration>, username: string, setting: JunosSetting) {
    super(device, username);
    this.setting = setting;
    this.mode = { kind: setting.landsInShell ? 'unix' : 'operational' };
    this.#number = setting.editing.nextSession();
  }

  /** What is active now: a confirmed commit whose time is over does not count any more. */
  override get configuration(): Configuration {
    return settled(this.device.running);
  }

  /** The active configuration. */
  get active(): Statements {
    return this.configuration.commits[0]?.statements ?? [];
  }

  override get prompt(): string {
    const who = `${this.username}@${this.device.hostname}`;
    return this.mode.kind === 'unix' ? `${who}:RE:0% ` : `${who}${this.mode.kind === 'operational' ? '>' : '#'} `;
  }

  /** The lines above the prompt, an empty one first. */
  get promptLead(): readonly string[] {
    const { mode } = this;
    const master = this.setting.isVirtualChassis ? '{master:0}' : '';
    if (mode.kind !== 'configuration') return mode.kind === 'unix' ? [] : ['', master].slice(0, master === '' ? 1 : 2);
    const { level } = mode.editor;
    return ['', ...this.#pendingLines, `${master}[edit${level.length === 0 ? '' : ` ${level.join(' ')}`}]`];
  }

  get #pendingLines(): string[] {
    const { pending } = this.configuration;
    if (pending === null) return [];
    const minutes = Math.max(1, Math.ceil((pending.deadline - Date.now()) / this.setting.confirmedMinute));
    return [`# commit confirmed will be rolled back in ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}`];
  }

  /** Goes into configuration mode. */
  edit(kind: Editor['kind']): void {
    const now = new Date();
    const own = kind === 'private' ? { base: this.active, candidate: this.active } : null;
    const who = { user: this.username, terminal: `pts/${this.#number}`, pid: FIRST_PID + this.#number };
    const editor: Editor = { kind, ...who, since: now, active: now, level: [], own };
    this.levelsBefore.length = 0;
    this.setting.editing.editors.add(editor);
    this.mode = { kind: 'configuration', editor };
  }

  /** Leaves configuration mode. */
  leave(): void {
    if (this.mode.kind === 'configuration') this.setting.editing.leave(this.mode.editor);
    this.mode = { kind: 'operational' };
  }

  override ended(): void {
    this.leave();
  }

  /** What is being edited, as this session sees it; outside of configuration mode, what is active. */
  get candidate(): Statements {
    return this.mode.kind === 'configuration' ? this.setting.editing.candidate(this.mode.editor, this.active) : this.active;
  }

  /** Puts another candidate in the place of this session's. */
  replaceCandidate(candidate: Statements): void {
    if (this.mode.kind !== 'configuration' || this.lying) return;
    this.setting.editing.replace(this.mode.editor, candidate, this.active);
  }

  /** Makes statements the active configuration; `minutes` says after how many that is taken back. */
  commit(
    statements: Statements,
    { comment, minutes }: { readonly comment: string | null; readonly minutes: number | null },
  ): void {
    this.device.change((running) => {
      const now = settled(running);
      const previous = now.pending?.previous ?? now.commits[0]?.statements ?? [];
      const commit: Commit = {
        at: Date.now(),
        user: this.username,
        client: 'cli',
        comment,
        confirmed: minutes,
        statements: statements.map((statement) => [...statement]),
      };
      Object.assign(running, committed(now, commit));
      if (minutes !== null) running.pending = { deadline: Date.now() + minutes * this.setting.confirmedMinute, previous };
    });
  }
}
