/** How long a client waits for a device unless it says otherwise, and at most, in seconds. */
const USUAL_WAIT = 30;
const LONGEST_WAIT = 60;

/** What a client prefers (RFC 7240). */
export interface Preference {
  /** Seconds for which it waits for a device. */
  readonly wait: number;
  /** `Preference-Applied` of an answer that had to wait until the device was done, and of one that did not wait so long. */
  readonly applied: { readonly done: string; readonly pending: string };
}

const TOKEN = "[!#$%&'*+.^_`|~\\w-]+";
const QUOTED = '"(?:[^"\\\\]|\\\\.)*"';
/** One preference: its name, its value, and parameters that nobody here knows. */
const PREFERENCE = new RegExp(
  `(?:^|,)\\s*(${TOKEN})\\s*(?:=\\s*(${QUOTED}|${TOKEN}))?\\s*(?:;(?:[^,"]|${QUOTED})*)?(?=,|$)`,
  'g',
);

/**
 * Reads a `Prefer` header. As the standard wants it, what is not understood is passed over, and of what is said twice the first counts.
 * `usual`: seconds for which a client waits that does not say.
 */
export function readPrefer(header: string | undefined, usual = USUAL_WAIT): Preference {
  const said = new Map<string, string>();
  for (const [, name = '', value = ''] of (header ?? '').matchAll(PREFERENCE)) {
    const key = name.toLowerCase();
    if (!said.has(key)) said.set(key, value.startsWith('"') ? value.slice(1, -1) : value);
  }
  const seconds = /^\d{1,9}$/.exec(said.get('wait') ?? '')?.[0];
  const wait = seconds === undefined ? undefined : Math.min(Number(seconds), LONGEST_WAIT);
  const isAsync = said.has('respond-async');
  const waits = wait === undefined ? [] : [`wait=${wait}`];
  return {
    wait: wait ?? (isAsync ? 0 : usual),
    applied: { done: waits.join(', '), pending: [...(isAsync ? ['respond-async'] : []), ...waits].join(', ') },
  };
}
