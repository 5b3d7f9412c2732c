import type { Caller } from './caller.ts';
import type { Backend, Credentials } from './sign-in/backend.ts';
import type { Memory } from './sign-in/memory.ts';

/** Finds out who sends requests. */
export interface Callers extends Pick<Memory, 'forget' | 'told'> {
  /** The caller, or null when the credentials are wrong, or none. Throws Problem when it cannot be found out now. */
  readonly identify: (credentials: Credentials) => Promise<Caller | null>;
  /** The ways to sign in that are in force. */
  readonly backends: readonly Pick<Backend, 'extension' | 'hint' | 'challenge'>[];
}

/** Callers as several backends know them: the first that knows the kind of credentials decides. */
export function createCallers(backends: readonly Backend[], memory: Memory): Callers {
  return {
    backends,
    async identify(credentials) {
      for (const backend of backends) {
        const caller = await backend.identify(credentials);
        if (caller !== undefined) return caller;
      }
      return null;
    },
    forget: memory.forget,
    told: memory.told,
  };
}
