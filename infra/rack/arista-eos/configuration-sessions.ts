import type { Configuration } from './configuration.ts';

/** Sessions that may wait for their commit at a time (EOS default: `service configuration session max pending`). */
export const MOST_PENDING = 5;

/** Sessions that are remembered after their commit. */
export const MOST_COMPLETED = 1;

/** A configuration that is edited beside the running one, until it is committed or given up. Outlives the connection. */
export interface ConfigurationSession {
  readonly name: string;
  /** Begun as a copy of the running configuration. */
  readonly candidate: Configuration;
  /** Whether it was begun by a line that only looked carried out: the switch knows nothing of it. */
  readonly isImagined: boolean;
  /** Who is in it now. */
  readonly visitors: { readonly user: string; readonly terminal: string }[];
}

/** Why a configuration session cannot be entered. */
export type Obstacle = 'completed' | 'too many';

/** The configuration sessions of one switch. They are kept in memory only, so that a reboot forgets them. */
export class ConfigurationSessions {
  #pending = new Map<string, ConfigurationSession>();
  #completed: string[] = [];
  #running: Configuration | null = null;
  #made = 0;
  #terminals = 0;

  /** A name for a terminal of the switch. */
  nextTerminal(): string {
    this.#terminals += 1;
    return `vty${this.#terminals + 4}`;
  }

  /** The session of this name, begun if there is none. Without a name the switch makes one up. */
  open(running: Configuration, name?: string): ConfigurationSession | Obstacle {
    this.#noticeReboot(running);
    const known = name === undefined ? undefined : this.#pending.get(name);
    if (known !== undefined) return known;
    if (name !== undefined && this.#completed.includes(name)) return 'completed';
    if (this.#pending.size >= MOST_PENDING) return 'too many';
    const session = this.#begin(running, name, false);
    this.#pending.set(session.name, session);
    return session;
  }

  /** A session that nobody else sees and that comes to nothing. */
  imagine(running: Configuration, name?: string): ConfigurationSession {
    return this.#begin(running, name, true);
  }

  /** A session that waits for its commit. */
  find(running: Configuration, name: string): ConfigurationSession | null {
    this.#noticeReboot(running);
    return this.#pending.get(name) ?? null;
  }

  /** Those that wait for their commit, in the order they were begun. */
  pending(running: Configuration): readonly ConfigurationSession[] {
    this.#noticeReboot(running);
    return [...this.#pending.values()];
  }

  /** Names of those that were committed and are still remembered. */
  completed(running: Configuration): readonly string[] {
    this.#noticeReboot(running);
    return this.#completed;
  }

  /** Whether there is a session of this name, waiting or committed. */
  isKnown(running: Configuration, name: string): boolean {
    this.#noticeReboot(running);
    return this.#pending.has(name) || this.#completed.includes(name);
  }

  /** Deletes the session of this name, waiting or committed. */
  forget(name: string): void {
    this.#pending.delete(name);
    this.#completed = this.#completed.filter((completed) => completed !== name);
  }

  /** Gives a session up. */
  remove(session: ConfigurationSession): void {
    if (this.#pending.get(session.name) === session) this.#pending.delete(session.name);
  }

  /** Takes note that a session was committed. */
  complete(session: ConfigurationSession): void {
    this.remove(session);
    this.#completed = [session.name, ...this.#completed].slice(0, MOST_COMPLETED);
  }

  #begin(running: Configuration, name: string | undefined, isImagined: boolean): ConfigurationSession {
    this.#made += 1;
    return { name: name ?? `sess-${this.#made}`, candidate: structuredClone(running), isImagined, visitors: [] };
  }

  // Changes are made within the running configuration; only a reboot puts another one in its place.
  #noticeReboot(running: Configuration): void {
    if (this.#running !== null && this.#running !== running) {
      this.#pending.clear();
      this.#completed = [];
    }
    this.#running = running;
  }
}
