/** How a family of devices talks at its console: data only. Patterns that say so are tried on the last line alone. */
export interface Dialect {
  /** A prompt, whole last line; group 1 is the host name, group 2 (optional) the mode, as `config-if`. */
  readonly prompt: RegExp;
  /** What asks for the user name; last line. */
  readonly username: RegExp;
  /** What asks for the password; last line. */
  readonly password: RegExp;
  /** What says that name or password are wrong; anywhere after the password. */
  readonly denied: RegExp;
  /** What waits for a key before it goes on, last line; answered with a blank. */
  readonly pager: RegExp;
  /** Where an asynchronous log line begins; it goes on to the end of its line. It may start anywhere. */
  readonly log: RegExp;
  /**
   * What to type after the login, before anything else: no paging, no wrapping. At least one line, because the host name is
   * learned from the first answer. A refusal is passed over: nothing depends on these lines.
   */
  readonly prepare: readonly [string, ...string[]];
  /** What ends a session at the outermost prompt. */
  readonly logout: string;
  /** What leads from any configuration mode to the outermost prompt. */
  readonly leave: string;
}
