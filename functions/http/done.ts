/** In place of a command's id: no device has anything to do, and this is the answer. */
export class Done<T> {
  readonly answer: T;

  constructor(answer: T) {
    this.answer = answer;
  }
}
