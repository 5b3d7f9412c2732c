/** How the command ends, as scripts see it. */
export const exitCodes = {
  done: 0,
  /** The API refused the request, or could not do it. */
  refused: 1,
  /** The command was not written as it should be. */
  usage: 2,
  /** Not signed in, or not allowed. */
  notAllowed: 3,
  notFound: 4,
  /** Something stands in the way: it exists already, belongs to another project, or is busy. */
  conflict: 5,
  /** A switch, a BMC or a host of headnodes did not do it. */
  deviceFailed: 6,
  /** The API was not reached, or cannot answer now. */
  unreachable: 7,
  /** It is still being done when the time is over that `--timeout` gives. */
  pending: 8,
  /** Of a comparison, such as a dry run: something would have to be done. */
  differs: 9,
  interrupted: 130,
} as const;
export type Ending = keyof typeof exitCodes;

/** The end of a command that did not do what it should. The message is for people: what, where, and what to do. */
export class Failure extends Error {
  readonly ending: Ending;

  constructor(ending: Ending, message: string) {
    super(message);
    this.ending = ending;
  }
}
