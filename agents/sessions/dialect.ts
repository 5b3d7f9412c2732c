/** How a family of devices talks at its console: data only. Patterns that say so are tried on the last line alone. */
export interface Dialect {
  /** A prompt with all rights, whole last line; group 1 is the host name, group 2 (optional) the mode, as `config-if`. */
  readonly prompt: RegExp;
  /** What asks for the user name; last line. */
  readonly username: RegExp;
  /** What asks for the password; last line. */
  readonly password: RegExp;
  /** What says that name or password are wrong; anywhere after the password. */
  readonly denied: RegExp;
  /** A prompt with fewer rights (whole last line), and the line that leads on from there: `>` and `enable`. It may ask for a password. */
  readonly elevate?: { readonly from: RegExp; readonly line: string };
  /** A question that some devices ask before or after the login, last line, and the line that answers it. */
  readonly acknowledge?: { readonly question: RegExp; readonly line: string };
  /** What waits for a key before it goes on, last line; answered with a blank. */
  readonly pager: RegExp;
  /** Where an asynchronous log line begins; it goes on to the end of its line. It may start anywhere. */
  readonly log: RegExp;
  /**
   * What to type after the login, before anything else: no paging, no wrapping. At least one line, because the host name is
   * learned from the first answer. A refusal is passed over: nothing depends on these lines.
   */
  readonly prepare: readonly [string, ...string[]];
  /** What ends a session at the outermost prompt. Typed again where the device only falls back to fewer rights. */
  readonly logout: string;
  /** What leads from any configuration mode to the outermost prompt and gives up what was not committed; typed as far as needed. */
  readonly leave: readonly [string, ...string[]];
}

/** Something that a device may ask in the middle of a line's answer, and what to say. */
export interface Question {
  /** Tried on the last line. */
  readonly asked: RegExp;
  readonly reply: string;
  /** The reply is a single key: nothing ends it, because a second byte would be one key too many. */
  readonly key?: true;
}
