/** In place of an answer: the client is to send the same request, with its body, to another address. */
export class Redirect {
  readonly location: string;

  /** The address may hold a secret: only the client sees it, and no cache keeps it. */
  constructor(location: string) {
    this.location = location;
  }
}
