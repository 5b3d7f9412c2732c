import type { Caller } from './caller.ts';
import type { Limits } from './limits.ts';
import { Problem } from './problem.ts';

/** When to try again, in seconds. */
const RETRY_AFTER = '5';

/** What users hold of a process for as long as they are served. */
export interface Places {
  /** For answers that go on and on. */
  readonly streams: Seats;
  /** For requests that wait for a device. */
  readonly waiting: Seats;
}

/** The places of one process. */
export function createPlaces({ streams, streamsPerUser, waitingPerUser }: Limits): Places {
  return {
    streams: new Seats(
      'too_many_streams',
      { most: streamsPerUser, message: `you have ${streamsPerUser} streams open, the most there may be: end one of them` },
      { most: streams, message: `this host of the API has ${streams} streams open, the most there may be: try again later` },
    ),
    waiting: new Seats('too_many_waiting', {
      most: waitingPerUser,
      message: `${waitingPerUser} of your requests wait for devices already: send "Prefer: respond-async", or try again later`,
    }),
  };
}

/** Something too many were asked of, to be tried again. */
export function tooMany(code: string, message: string): Problem {
  return new Problem('TooManyRequestsError', code, message, { headers: { 'Retry-After': RETRY_AFTER } });
}

/** How many there are, and what is said to whoever asks for one more. */
interface Most {
  readonly most: number;
  readonly message: string;
}

/** Places of which each user may take some. Whoever has no name shares theirs with all others who have none. */
class Seats {
  readonly #code: string;
  readonly #perUser: Most;
  readonly #inAll: Most | undefined;
  readonly #taken = new Map<string | null, number>();
  #sum = 0;

  constructor(code: string, perUser: Most, inAll?: Most) {
    this.#code = code;
    this.#perUser = perUser;
    this.#inAll = inAll;
  }

  /** How many are taken, by all users together. */
  get taken(): number {
    return this.#sum;
  }

  /** Takes a place; answers what gives it back, which may be called again. Throws Problem where there is none. */
  take({ label }: Pick<Caller, 'label'>): () => void {
    const taken = this.#taken.get(label) ?? 0;
    if (taken >= this.#perUser.most) throw tooMany(this.#code, this.#perUser.message);
    if (this.#inAll && this.#sum >= this.#inAll.most) throw tooMany(this.#code, this.#inAll.message);
    this.#taken.set(label, taken + 1);
    this.#sum += 1;
    let isTaken = true;
    return () => {
      if (!isTaken) return;
      isTaken = false;
      this.#sum -= 1;
      const left = (this.#taken.get(label) ?? 0) - 1;
      if (left > 0) this.#taken.set(label, left);
      else this.#taken.delete(label);
    };
  }
}
